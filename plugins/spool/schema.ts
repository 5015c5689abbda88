/** The options of the plugin `spool`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    dir: {
      type: 'string',
      minLength: 1,
      setting: 'storage.spill.dir',
      env: 'STORAGE_SPILL_DIR',
      description: 'The folder for records that wait for the database; by default `spill` beside the SQLite file, or where that would be.',
    },
    max_bytes: {
      type: 'number',
      format: 'size',
      default: '1G',
      setting: 'storage.spill.max_bytes',
      env: 'STORAGE_SPILL_MAX',
      description: 'How much one process may leave there. 0: nothing of the audit log; usage records still get 1G.',
    },
    sqlite_path: {
      type: 'string',
      minLength: 1,
      setting: 'storage.sqlite.path',
      env: 'SQLITE_PATH',
      description: 'The SQLite file that the folder stands beside.',
    },
  },
} as const satisfies OptionsSchema
