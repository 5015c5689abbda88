/** The options of the plugin `moderations`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    default_model: {
      type: 'string',
      minLength: 1,
      setting: 'moderations.default_model',
      env: 'MODERATIONS_DEFAULT_MODEL',
      description: 'The model of a moderation that names none, as a selector.',
    },
  },
} as const satisfies OptionsSchema
