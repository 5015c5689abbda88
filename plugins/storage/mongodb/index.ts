/** Keeps everything in a database of MongoDB, for many replicas. Servers that speak its protocol will do: no transaction, no change stream and no aggregation is asked for. */

import { definePlugin } from '../../../core/index.ts'
import { Store } from '../shared/store.ts'
import { MongoBackend } from './backend.ts'
import { Connection } from './connection.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'mongodb',
  description: 'Remembers in MongoDB.',
  schema,
  provides: 'storage',
  async setup({ options, services: { clock, health }, log, signal }) {
    const connection = await Connection.to(options.url, options.database, clock)
    const backend = new MongoBackend(connection, clock)
    const store = new Store('mongodb', backend, clock)
    return {
      service: store,
      async open() {
        await backend.open()
        signal.addEventListener(
          'abort',
          health.check('storage', () => store.probe()),
        )
        log.info({ database: connection.database.databaseName }, `what is remembered is kept in ${connection.name}`)
      },
      start: () => store.start(),
      async close() {
        store.close()
        await connection.close()
      },
    }
  },
})
