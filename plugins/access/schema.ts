/** The options of the plugin `access`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    enabled_by_default: {
      type: 'boolean',
      default: true,
      setting: 'models.enabled_by_default',
      env: 'MODELS_ENABLED_BY_DEFAULT',
      description: 'Whether callers may use the models of which no policy says anything.',
    },
  },
} as const satisfies OptionsSchema
