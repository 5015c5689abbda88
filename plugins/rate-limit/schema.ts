/** The options of the plugin `rate-limit`. */

import type { OptionsSchema } from '../../core/index.ts'
import { limitsOf, limitsOfPath } from '../shared/limits/list-schemas.ts'
import { longestPeriodSeconds } from '../shared/limits/rule.ts'

const limits = {
  type: 'array',
  description: 'So much in each of these periods.',
  items: {
    type: 'object',
    additionalProperties: false,
    properties: {
      period: { enum: ['minute', 'hour', 'day', 'concurrent'], description: 'The period; `concurrent` is for requests that run at the same time.' },
      period_seconds: { type: 'integer', minimum: 1, maximum: longestPeriodSeconds, description: 'The period in seconds, instead.' },
      max_requests: { type: 'integer', minimum: 1, description: 'How many requests.' },
      max_tokens: { type: 'integer', minimum: 1, description: 'How many tokens, of prompts and answers together.' },
    },
  },
} as const satisfies OptionsSchema

export const schema = {
  type: 'object',
  properties: {
    enabled: { type: 'boolean', default: true, setting: 'rate_limits.enabled', env: 'RATE_LIMITS_ENABLED', description: 'Whether rate limits hold.' },
    on_store_failure: {
      enum: ['open', 'closed'],
      default: 'open',
      setting: 'rate_limits.on_store_failure',
      env: 'RATE_LIMITS_ON_STORE_FAILURE',
      description: 'What happens while the shared state is away: `open` counts in this process, `closed` refuses calls that a limit holds for.',
    },
    flush_interval: {
      type: 'string',
      format: 'seconds',
      default: '1',
      setting: 'rate_limits.flush_interval',
      env: 'RATE_LIMITS_FLUSH_INTERVAL',
      description: 'Where limits are counted in memory: how often the counters are written down, to be found after a restart. 0: only at the end.',
    },
    user_paths: {
      type: 'array',
      default: [],
      setting: 'rate_limits.user_paths',
      description: 'Limits of user paths and all below them.',
      items: limitsOfPath('limits', limits),
    },
    keys: {
      type: 'array',
      default: [],
      setting: 'rate_limits.keys',
      description: 'Limits of managed keys.',
      items: limitsOf('key', 'The id of the key.', limits),
    },
    providers: {
      type: 'array',
      default: [],
      setting: 'rate_limits.providers',
      description: 'Limits of provider instances.',
      items: limitsOf('name', 'The name of the instance.', limits),
    },
    models: {
      type: 'array',
      default: [],
      setting: 'rate_limits.models',
      description: 'Limits of models.',
      items: limitsOf('model', '`provider/model`, or the id of a model with any provider.', limits),
    },
    path_variables: {
      type: 'object',
      default: {},
      additionalProperties: { oneOf: [limits, { type: 'string' }] },
      setting: 'rate_limits.path_variables',
      env_family: 'SET_RATE_LIMIT_',
      description: 'What `SET_RATE_LIMIT_<PATH>` say, by `<PATH>`: pairs such as `rpm=60,tpd=100000`, or a JSON array of limits.',
    },
    provider_variables: {
      type: 'object',
      default: {},
      additionalProperties: { oneOf: [limits, { type: 'string' }] },
      setting: 'rate_limits.provider_variables',
      env_family: 'SET_PROVIDER_RATE_LIMIT_',
      description: 'The same of `SET_PROVIDER_RATE_LIMIT_<NAME>`.',
    },
    recording: {
      type: 'boolean',
      default: true,
      setting: 'usage.enabled',
      env: 'USAGE_ENABLED',
      description: 'Whether tokens are counted; without that, limits of tokens do not hold.',
    },
  },
} as const satisfies OptionsSchema
