/** The options of the plugin `usage`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    recording: {
      type: 'boolean',
      default: true,
      setting: 'usage.enabled',
      env: 'USAGE_ENABLED',
      description: 'Whether tokens are counted and recorded, and requests logged with them.',
    },
    enforce_returning_usage_data: {
      type: 'boolean',
      default: true,
      setting: 'usage.enforce_returning_usage_data',
      env: 'ENFORCE_RETURNING_USAGE_DATA',
      description: 'Asks a provider for the usage of a stream where it reports none unasked. The event that this causes is kept from callers who did not ask.',
    },
    pricing_recalculation_enabled: {
      type: 'boolean',
      default: true,
      setting: 'usage.pricing_recalculation_enabled',
      env: 'USAGE_PRICING_RECALCULATION_ENABLED',
      description: 'Whether administrators may have the costs of records computed anew.',
    },
    buffer_size: {
      type: 'integer',
      minimum: 1,
      maximum: 100_000,
      default: 1000,
      setting: 'usage.buffer_size',
      env: 'USAGE_BUFFER_SIZE',
      description: 'Records that are stored together; so many are stored at once.',
    },
    flush_interval: {
      type: 'number',
      format: 'seconds',
      minimum: 0,
      default: '20ms',
      setting: 'usage.flush_interval',
      env: 'USAGE_FLUSH_INTERVAL',
      description: 'How long a record waits for others, to be stored with them. It is on the local disk meanwhile.',
    },
    retention_days: {
      type: 'integer',
      minimum: 0,
      default: 90,
      setting: 'usage.retention_days',
      env: 'USAGE_RETENTION_DAYS',
      description: 'How long records are kept; 0: for ever.',
    },
  },
} as const satisfies OptionsSchema
