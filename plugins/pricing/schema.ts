/** The options of the plugin `pricing`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    catalogue: {
      type: 'boolean',
      default: true,
      description: 'Whether models that nobody gives a price for have that of the bundled catalogue. It is never downloaded.',
    },
  },
} as const satisfies OptionsSchema
