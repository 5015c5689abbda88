/** The options of the plugin `conversations`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    keep_days: {
      type: 'integer',
      minimum: 1,
      maximum: 3650,
      default: 30,
      description: 'How long a conversation is kept after something was last written to it, in days.',
    },
  },
} as const satisfies OptionsSchema
