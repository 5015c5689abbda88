/** The options of the plugin `usage`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    enabled: { type: 'boolean', default: true, setting: 'usage.enabled', env: 'USAGE_ENABLED', description: 'Whether tokens are counted, and requests logged with them.' },
    enforce_returning_usage_data: {
      type: 'boolean', default: true, setting: 'usage.enforce_returning_usage_data', env: 'ENFORCE_RETURNING_USAGE_DATA',
      description: 'Asks a provider for the usage of a stream where it reports none unasked. The event that this causes is kept from callers who did not ask.',
    },
  },
} as const satisfies OptionsSchema
