/** The options of the plugin `postgresql`. */

import type { OptionsSchema } from '../../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    url: {
      type: 'string',
      minLength: 1,
      secret: true,
      setting: 'storage.postgresql.url',
      env: 'POSTGRES_URL',
      description: 'Where the database is: `postgresql://user:password@host:5432/name`.',
    },
    max_conns: {
      type: 'integer',
      minimum: 1,
      default: 10,
      setting: 'storage.postgresql.max_conns',
      env: 'POSTGRES_MAX_CONNS',
      description: 'How many connections one process holds at most; one more hears of changes.',
    },
  },
  required: ['url'],
} as const satisfies OptionsSchema
