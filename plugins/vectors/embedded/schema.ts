/** The options of the plugin `embedded`. */

import type { OptionsSchema } from '../../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    path: {
      type: 'string',
      minLength: 1,
      setting: 'cache.response.semantic.vector_store.embedded.path',
      env: 'SEMANTIC_CACHE_EMBEDDED_PATH',
      description:
        'The file; made if it is not there. `:memory:` forgets all at the end. By default it stands beside the file of `storage.sqlite.path`, with `-vectors` in its name.',
    },
    max_entries: {
      type: 'integer',
      minimum: 1,
      default: 100_000,
      setting: 'cache.response.semantic.vector_store.embedded.max_entries',
      env: 'SEMANTIC_CACHE_EMBEDDED_MAX_ENTRIES',
      description: 'How many entries are kept: the last so many that were stored.',
    },
    sqlite_path: {
      type: 'string',
      minLength: 1,
      setting: 'storage.sqlite.path',
      env: 'SQLITE_PATH',
      description: 'The file of the SQLite database, beside which the vectors are kept.',
    },
  },
} as const satisfies OptionsSchema
