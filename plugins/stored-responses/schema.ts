/** The options of the plugin `stored-responses`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    keep_days: { type: 'integer', minimum: 1, maximum: 3650, default: 30, description: 'How long a stored response is kept after it was written, in days.' },
  },
} as const satisfies OptionsSchema
