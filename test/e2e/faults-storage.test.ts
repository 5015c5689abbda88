/** What callers notice when the database starts with them, dies, or hangs: nothing. */

import { once } from 'node:events'
import { expect } from 'chai'
import { callMany, GatewayProcesses, ready, recordedIn } from '../support/gateway-processes.ts'
import { mongodb, startMongodb } from '../support/mongodb.ts'
import { postgresql, startPostgresql } from '../support/postgresql.ts'
import { Folder, type Tapline } from '../support/run-tapline.ts'
import type { ServerProcess } from '../support/server-process.ts'
import { need, type TestServer } from '../support/servers.ts'
import { stores, type Storage } from '../support/stores.ts'
import { eventually } from '../support/until.ts'

type Startable = ServerProcess & { readonly url: string }

const callers = 8
const call = async (url: string, times: number) => await callMany(url, callers, times)

const servers: readonly { readonly name: string; readonly server: TestServer; readonly start: () => Promise<Startable | undefined> }[] = [
  { name: 'postgresql', server: postgresql, start: startPostgresql },
  { name: 'mongodb', server: mongodb, start: startMongodb },
]

const faults = [
  ['killed', async (database: Startable) => await database.kill(), async (database: Startable) => await database.restart()],
  ['frozen', async (database: Startable) => await database.freeze(), async (database: Startable) => database.thaw()],
] as const

describe('storage faults', function () {
  this.timeout(180_000)
  let gateways: GatewayProcesses
  before(async () => {
    gateways = await GatewayProcesses.behind()
  })
  after(() => gateways.close())

  /** A gateway with a spool of its own, as on a machine of its own. */
  async function gateway(storage: Storage): Promise<Tapline & AsyncDisposable> {
    const folder = await gateways.folder(() => ({ storage }))
    const tapline = gateways.start(folder)
    void tapline.ended.then(async ({ code, stderr }) => {
      if (code !== null && code !== 0) console.error(`a gateway ended with ${code}: ${stderr}`)
      await folder[Symbol.asyncDispose]()
    })
    return tapline
  }

  for (const { name, server, storage } of stores) {
    it(`starts two gateways at once on an empty database of ${name}, which both use`, async function () {
      if (server !== undefined) await need(this, server)
      await using folder = await Folder.make()
      const shared = await storage(folder)
      await using one = await gateway(shared)
      await using other = await gateway(shared)
      const urls = await Promise.all([one.url(), other.url()])
      const ids = (await Promise.all(urls.map(async url => await call(url, 5)))).flat()
      for (const url of urls) await eventually(async () => expect((await recordedIn(url)).toSorted()).to.deep.equal(ids.toSorted()))
    })
  }

  for (const { name, server, start } of servers) {
    describe(`with ${name}`, () => {
      before(async function () {
        await need(this, server)
      })

      for (const [title, fault, recover] of faults) {
        it(`answers every call while the database is ${title}, says so, and records each call once afterwards`, async () => {
          await using database = (await start()) as Startable
          await using tapline = await gateway({ type: name, [name]: { url: database.url } })
          const url = await tapline.url()
          const ids = await call(url, 10)
          await fault(database)
          ids.push(...(await call(url, 20)))
          await eventually(async () => expect(await ready(url)).to.nested.include({ status: 'degraded', 'checks.storage': 'down' }))
          ids.push(...(await call(url, 20)))
          await recover(database)
          await eventually(async () => expect((await recordedIn(url)).toSorted()).to.deep.equal(ids.toSorted()))
          await eventually(async () => expect(await ready(url)).to.deep.include({ status: 'ready' }))
        })
      }
    })
  }

  it('records what was in the spool when the gateway itself was killed beside its database', async function () {
    await need(this, postgresql)
    await using database = (await startPostgresql()) as Startable
    await using folder = await gateways.folder(() => ({ storage: { type: 'postgresql', postgresql: { url: database.url } } }))
    await using first = gateways.start(folder)
    const ids = await call(await first.url(), 10)
    await database.kill()
    ids.push(...(await call(await first.url(), 10)))
    first.kill('SIGKILL')
    await once(first.process, 'exit')
    await database.restart()
    await using second = gateways.start(folder)
    const url = await second.url()
    await eventually(async () => expect((await recordedIn(url)).toSorted()).to.deep.equal(ids.toSorted()))
  })
})
