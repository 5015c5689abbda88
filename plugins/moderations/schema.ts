/** The options of the plugin `moderations`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    default_model: {
      type: 'string',
      minLength: 1,
      default: 'omni-moderation-latest',
      setting: 'moderations.default_model',
      env: 'MODERATIONS_DEFAULT_MODEL',
      description: 'The model of a moderation that names none, as a selector; by default the one that OpenAI itself takes then.',
    },
  },
} as const satisfies OptionsSchema
