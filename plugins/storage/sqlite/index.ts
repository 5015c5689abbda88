/** Keeps everything in one SQLite file, in worker threads of this process. */

import { resolve } from 'node:path'
import { definePlugin, StorageUnavailable } from '../../../core/index.ts'
import { dataPath } from '../../../core/storage/data-path.ts'
import { makePrivateFile } from '../../shared/private-file.ts'
import { Store } from '../shared/store.ts'
import { DatabaseWorkers } from './database-workers.ts'
import { schema } from './schema.ts'

const memory = ':memory:'

export default definePlugin({
  name: 'sqlite',
  description: 'Remembers in a SQLite file.',
  schema,
  provides: 'storage',
  wants: ['processes'],
  setup({ options, services: { clock, health, processes }, log, signal }) {
    if (options.path === memory && processes !== undefined)
      throw new Error("a database in memory is one process's own: name a file, or serve with one process (server.workers: 1)")
    const path = options.path === memory ? memory : options.path === undefined ? dataPath('tapline.db') : resolve(options.path)
    const workers = new DatabaseWorkers(path, clock)
    const store = new Store('sqlite', workers.backend, clock)
    return {
      service: store,
      async open() {
        if (path !== memory) makePrivateFile(path)
        await workers.open().catch((cause: unknown) => {
          throw cause instanceof Error && !(cause instanceof StorageUnavailable) ? new Error(`${path}: ${cause.message}`, { cause }) : cause
        })
        signal.addEventListener(
          'abort',
          health.check('storage', () => store.probe()),
        )
        log.info({ path }, `what is remembered is kept in ${path}`)
      },
      start: () => store.start(),
      async close() {
        store.close()
        await workers.close()
      },
    }
  },
})
