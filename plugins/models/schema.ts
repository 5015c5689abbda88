/** The options of the plugin `models`. */

import type { OptionsSchema } from '../../core/index.ts'
import { strategies } from './virtual/definition.ts'

const target = {
  type: 'object',
  required: ['model'],
  additionalProperties: false,
  properties: {
    provider: { type: 'string', description: 'The provider instance; without it, `model` is a selector.' },
    model: { type: 'string', minLength: 1, description: 'A model id, a selector such as openai/gpt-5, or another virtual model.' },
    weight: { type: 'number', exclusiveMinimum: 0, default: 1, description: 'With round_robin: how many calls in a row it takes.' },
  },
} as const satisfies OptionsSchema

const failoverRules = { type: 'object', additionalProperties: { type: 'array', items: { type: 'string', minLength: 1 } } } as const satisfies OptionsSchema

export const schema = {
  type: 'object',
  properties: {
    virtual_models: {
      type: 'array',
      default: [],
      setting: 'virtual_models',
      env: 'VIRTUAL_MODELS',
      identity: 'source',
      description: 'Names that stand for models; and, without targets, who may use the models that a selector means.',
      items: {
        type: 'object',
        required: ['source'],
        additionalProperties: false,
        properties: {
          source: { type: 'string', minLength: 1, description: 'The name that clients send. It may equal a real model, which it then hides.' },
          target: { type: 'string', description: 'Short for one target.' },
          targets: { type: 'array', items: target, default: [], description: 'Where a call may go.' },
          strategy: {
            enum: strategies,
            default: 'round_robin',
            description: 'Which target comes first: in turn, the cheapest, the first declared, or the one that a plugin chooses.',
          },
          strategy_plugin: { type: 'string', minLength: 1, description: 'With the strategy `plugin`: which one.' },
          strategy_config: { type: 'object', default: {}, additionalProperties: true, description: 'What that plugin is told.' },
          session_affinity: { type: 'boolean', default: true, description: 'Whether the calls of a session keep to one target.' },
          failover: { type: 'boolean', default: true, description: 'Whether the other targets are tried when one fails.' },
          user_paths: {
            type: 'array',
            items: { type: 'string' },
            default: [],
            description: 'Who may use the name, or the models of a policy: these paths, and what is below. None: everybody.',
          },
          groups: { type: 'array', items: { type: 'string' }, default: [], description: 'Of a policy: groups of users who may use the models, too.' },
          slowdown: {
            type: 'number',
            minimum: 0,
            maximum: 10,
            description: 'Answers take so much longer: 1 is twice as long. 0 is none, also where the target has one.',
          },
          label_targets: {
            type: 'boolean',
            default: false,
            description: 'Whether calls get the label `arm:<provider>/<model>`, by the target that served them.',
          },
          enabled: { type: 'boolean', default: true, description: 'False: the name is as if it were not there, or nobody may use the models of a policy.' },
          description: { type: 'string', default: '', description: 'For people.' },
          locked: { type: 'boolean', default: false, description: 'For people: the configuration alone changes what stands in it.' },
        },
      },
    },
    failover_rules: {
      ...failoverRules,
      default: {},
      setting: 'failover.rules',
      description: 'Further targets by the model that callers name. A virtual model with the strategy failover says the same.',
    },
    failover_rules_json: {
      ...failoverRules,
      default: {},
      setting: 'failover.rules_json',
      env: 'FAILOVER_RULES_JSON',
      description: 'Such rules from the environment, over all others.',
    },
    manual_rules_path: {
      type: 'string',
      minLength: 1,
      setting: 'failover.manual_rules_path',
      env: 'FALLBACK_MANUAL_RULES_PATH',
      description: 'A JSON file of such rules, over those of the configuration.',
    },
    disabled_failover: {
      oneOf: [
        { type: 'array', items: { type: 'string' } },
        { type: 'object', additionalProperties: { type: 'boolean' } },
      ],
      default: [],
      setting: 'failover.disabled_models',
      env: 'FAILOVER_DISABLED_MODELS',
      description: 'Models whose rule is skipped: a list, or a map to true.',
    },
    configured_mode: {
      enum: ['fallback', 'allowlist', 'merge'],
      default: 'fallback',
      setting: 'models.configured_provider_models_mode',
      env: 'CONFIGURED_PROVIDER_MODELS_MODE',
      description: "What a provider's configured list means: used when its listing fails or is empty, the only list, or an addition.",
    },
    only_aliases: {
      type: 'boolean',
      default: false,
      setting: 'models.keep_only_aliases_at_models_endpoint',
      env: 'KEEP_ONLY_ALIASES_AT_MODELS_ENDPOINT',
      description: 'List virtual models only.',
    },
    unqualified: {
      type: 'boolean',
      default: false,
      setting: 'models.unqualified_model_ids_at_models_endpoint',
      env: 'UNQUALIFIED_MODEL_IDS_AT_MODELS_ENDPOINT',
      description: 'List bare ids instead of provider/id.',
    },
    refresh_interval: {
      type: 'string',
      format: 'seconds',
      default: '3600',
      setting: 'cache.model.refresh_interval',
      env: 'CACHE_REFRESH_INTERVAL',
      description: 'How often each provider is asked for its models, and the virtual models are read again; 0 is never.',
    },
    recheck_interval: {
      type: 'string',
      format: 'seconds',
      default: '60',
      setting: 'cache.model.recheck_interval',
      env: 'PROVIDER_RECHECK_INTERVAL',
      description: 'How often a provider whose listing failed is asked again; 0 is as often as all others.',
    },
    ready_requires_models: {
      type: 'boolean',
      default: false,
      setting: 'health.ready_requires_models',
      env: 'READY_REQUIRES_MODELS',
      description: 'Not ready until every provider was asked for its models once.',
    },
  },
} as const satisfies OptionsSchema
