/** Keeps everything in a PostgreSQL database, which many replicas may share. */

import { definePlugin } from '../../../core/index.ts'
import { Engine } from '../shared/sql/engine.ts'
import { migrate } from '../shared/sql/migrations.ts'
import { Store } from '../shared/store.ts'
import { schema } from './schema.ts'
import { PostgresqlState } from './state.ts'

export default definePlugin({
  name: 'postgresql',
  description: 'Remembers in a PostgreSQL database.',
  schema,
  provides: 'storage',
  async setup({ options: { url, max_conns: maxConnections }, services: { clock, health }, log, signal }) {
    const [{ PostgresqlDatabase }, { Listener }] = await Promise.all([import('./database.ts'), import('./listener.ts')])
    const database = new PostgresqlDatabase({ url, maxConnections, clock, lost: cause => log.warn({ err: cause }, 'a connection to PostgreSQL was lost') })
    const later = (work: () => Promise<void>) =>
      void work().catch((cause: unknown) => log.debug({ err: cause }, 'sums could not be brought up to date; they will be'))
    const state = new PostgresqlState(database, clock)
    const store = new Store('postgresql', new Engine(database, later), clock, state)
    const listener = new Listener({ url, clock, changed: () => void store.changes.announced() })
    return {
      service: store,
      async open() {
        await database.open()
        await migrate(database)
        await state.open()
        await listener.listen()
        signal.addEventListener(
          'abort',
          health.check('storage', () => store.probe()),
        )
        log.info(`what is remembered is kept in ${placeOf(url)}`)
      },
      start() {
        store.start()
        state.start()
      },
      async close() {
        store.close()
        state.close()
        await listener.close()
        await database.close()
      },
    }
  },
})

/** Without the password. */
function placeOf(url: string): string {
  try {
    const { host, pathname } = new URL(url)
    return `PostgreSQL at ${host}${pathname}`
  } catch {
    return 'PostgreSQL'
  }
}
