/** The options of the plugin `models`. */

import type { OptionsSchema } from '../../core/index.ts'

/** How a virtual model chooses among its targets. */
export const strategies = ['round_robin', 'failover'] as const

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

export const schema = {
  type: 'object',
  properties: {
    virtual_models: {
      type: 'array', default: [], setting: 'virtual_models', env: 'VIRTUAL_MODELS', description: 'Names that stand for models.',
      items: {
        type: 'object',
        required: ['source'],
        additionalProperties: false,
        properties: {
          source: { type: 'string', minLength: 1, description: 'The name that clients send. It may equal a real model, which it then hides.' },
          target: { type: 'string', description: 'Short for one target.' },
          targets: { type: 'array', items: target, default: [], description: 'Where a call may go.' },
          strategy: { enum: strategies, default: 'round_robin', description: 'Which target comes first: in turn, or the first declared.' },
          failover: { type: 'boolean', default: true, description: 'Whether the other targets are tried when one fails.' },
          enabled: { type: 'boolean', default: true, description: 'False: the name is as if it were not there.' },
          description: { type: 'string', description: 'For people.' },
        },
      },
    },
    configured_mode: {
      enum: ['fallback', 'allowlist', 'merge'], default: 'fallback', setting: 'models.configured_provider_models_mode', env: 'CONFIGURED_PROVIDER_MODELS_MODE',
      description: 'What a provider\'s configured list means: used when its listing fails or is empty, the only list, or an addition.',
    },
    only_aliases: { type: 'boolean', default: false, setting: 'models.keep_only_aliases_at_models_endpoint', env: 'KEEP_ONLY_ALIASES_AT_MODELS_ENDPOINT', description: 'List virtual models only.' },
    unqualified: { type: 'boolean', default: false, setting: 'models.unqualified_model_ids_at_models_endpoint', env: 'UNQUALIFIED_MODEL_IDS_AT_MODELS_ENDPOINT', description: 'List bare ids instead of provider/id.' },
    refresh_interval: { type: 'string', format: 'seconds', default: '3600', setting: 'cache.model.refresh_interval', env: 'CACHE_REFRESH_INTERVAL', description: 'How often each provider is asked for its models.' },
    recheck_interval: { type: 'string', format: 'seconds', default: '60', setting: 'cache.model.recheck_interval', env: 'PROVIDER_RECHECK_INTERVAL', description: 'How often a provider whose listing failed is asked again; 0 is never.' },
  },
} as const satisfies OptionsSchema
