/** Offers the folder on the local disk in which records wait until the database has them. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { definePlugin, type OptionsOf } from '../../core/index.ts'
import { dataPath } from '../../core/storage/data-path.ts'
import { SpoolDirectory } from '../../core/storage/spool/spool-directory.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'spool',
  description: 'Keeps records on the local disk until the database has them.',
  schema,
  provides: 'spool',
  setup({ options, services: { clock }, log }) {
    // What a database in memory forgets at the end needs no place for longer.
    const isPassing = options.dir === undefined && options.sqlite_path === ':memory:'
    const path = isPassing ? () => mkdtempSync(join(tmpdir(), 'tapline-spill-')) : () => folderOf(options)
    const service = new SpoolDirectory({ path, maxBytes: options.max_bytes, clock, log })
    const leave = () => service.leave()
    return {
      service,
      start: () => {
        process.on('exit', leave)
      },
      close() {
        process.off('exit', leave)
        service.close()
        if (isPassing && service.path !== undefined) rmSync(service.path, { recursive: true, force: true })
      },
    }
  },
})

function folderOf({ dir, sqlite_path: sqlitePath }: OptionsOf<typeof schema>): string {
  if (dir !== undefined) return resolve(dir)
  return sqlitePath === undefined ? dataPath('spill') : join(dirname(resolve(sqlitePath)), 'spill')
}
