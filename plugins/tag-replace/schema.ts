/** The options of the plugin `tag-replace`. */

import type { OptionsSchema } from '../../core/index.ts'
import { rolesProperty } from '../shared/guard/properties.ts'

export const schema = {
  type: 'object',
  properties: {
    roles: { ...rolesProperty(['system']), description: 'The roles in whose messages tags are replaced.' },
    timezone: { type: 'string', minLength: 1, default: 'UTC', description: 'Of dates and times: a name of the IANA database, for example Europe/Berlin.' },
  },
} as const satisfies OptionsSchema
