/** The options of the plugin `mongodb`. */

import type { OptionsSchema } from '../../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    url: {
      type: 'string',
      minLength: 1,
      secret: true,
      setting: 'storage.mongodb.url',
      env: 'MONGODB_URL',
      description: 'Where the server is, for example `mongodb://user:password@db.internal:27017/tapline`.',
    },
    database: {
      type: 'string',
      minLength: 1,
      maxLength: 63,
      setting: 'storage.mongodb.database',
      env: 'MONGODB_DATABASE',
      description: 'The database; else the one that the URL names, else `tapline`.',
    },
  },
  required: ['url'],
} as const satisfies OptionsSchema
