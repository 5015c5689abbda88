/** The options of the plugin `provider-credentials`. */

import type { OptionsSchema } from '../../core/index.ts'
import { refreshProperty } from '../shared/records/refresh-property.ts'

export const schema = {
  type: 'object',
  properties: {
    allow_references: {
      type: 'boolean',
      default: false,
      setting: 'secrets.allow_in_admin',
      description: 'Whether administrators may name secrets (`${env:NAME}`, `${file:/path}`) where they could give a key.',
    },
    refresh_interval: refreshProperty,
  },
} as const satisfies OptionsSchema
