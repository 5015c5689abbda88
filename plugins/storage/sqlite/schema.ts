/** The options of the plugin `sqlite`. */

import type { OptionsSchema } from '../../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    path: {
      type: 'string',
      minLength: 1,
      setting: 'storage.sqlite.path',
      env: 'SQLITE_PATH',
      description:
        'The file; made if it is not there. `:memory:` forgets all at the end. By default `data/tapline.db` if there is a directory `data`, else `tapline.db` in the data directory of the user.',
    },
  },
} as const satisfies OptionsSchema
