/** What callers notice when the database starts with them, dies, or hangs: nothing. */

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Server } from 'node:http'
import { join } from 'node:path'
import { expect } from 'chai'
import { freePort } from '../../core/testing/port.ts'
import { startUpstream } from '../support/crash.ts'
import { mongodb, startMongodb } from '../support/mongodb.ts'
import { postgresql, startPostgresql } from '../support/postgresql.ts'
import { Folder, Tapline } from '../support/run-tapline.ts'
import type { ServerProcess } from '../support/server-process.ts'
import { need, type TestServer } from '../support/servers.ts'

type Storage = Readonly<Record<string, unknown>>
type Startable = ServerProcess & { readonly url: string }

const callers = 8
const patienceMs = 60_000

const servers: readonly { readonly name: string; readonly server: TestServer; readonly start: () => Promise<Startable | undefined> }[] = [
  { name: 'postgresql', server: postgresql, start: startPostgresql },
  { name: 'mongodb', server: mongodb, start: startMongodb },
]

const stores: readonly { readonly name: string; readonly server?: TestServer; readonly storage: (folder: Folder) => Promise<Storage> }[] = [
  { name: 'sqlite', storage: async folder => ({ type: 'sqlite', sqlite: { path: join(folder.path, 'shared.db') } }) },
  ...servers.map(({ name, server }) => ({ name, server, storage: async () => ({ type: name, [name]: { url: await server.url() } }) })),
]

const faults = [
  ['killed', async (database: Startable) => await database.kill(), async (database: Startable) => await database.restart()],
  ['frozen', async (database: Startable) => database.freeze(), async (database: Startable) => database.thaw()],
] as const

describe('storage faults', function () {
  this.timeout(180_000)
  let upstream: Server
  before(async () => { upstream = await startUpstream() })
  after(() => {
    upstream.closeAllConnections()
    upstream.close()
  })

  /** A gateway with a spool of its own, as on a machine of its own. */
  async function gateway(storage: Storage): Promise<Tapline & AsyncDisposable> {
    const folder = await Folder.make({ 'tapline.yaml': { storage, server: { port: await freePort() } } })
    const { port } = upstream.address() as AddressInfo
    const tapline = new Tapline(folder, [], { OPENAI_API_KEY: 'sk-upstream', OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`, OPENAI_MODELS: 'gpt-test', CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist', STORAGE_SPILL_DIR: join(folder.path, 'spill') })
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
      before(async function () { await need(this, server) })

      for (const [title, fault, recover] of faults) {
        it(`answers every call while the database is ${title}, says so, and records each call once afterwards`, async () => {
          await using database = await start() as Startable
          await using tapline = await gateway({ type: name, [name]: { url: database.url } })
          const url = await tapline.url()
          const ids = await call(url, 10)
          await fault(database)
          ids.push(...await call(url, 20))
          await eventually(async () => expect(await ready(url)).to.nested.include({ 'status': 'degraded', 'checks.storage': 'down' }))
          ids.push(...await call(url, 20))
          await recover(database)
          await eventually(async () => expect((await recordedIn(url)).toSorted()).to.deep.equal(ids.toSorted()))
          await eventually(async () => expect(await ready(url)).to.deep.include({ status: 'ready' }))
        })
      }
    })
  }

  it('records what was in the spool when the gateway itself was killed beside its database', async function () {
    await need(this, postgresql)
    await using database = await startPostgresql() as Startable
    await using folder = await Folder.make({ 'tapline.yaml': { storage: { type: 'postgresql', postgresql: { url: database.url } }, server: { port: await freePort() } } })
    const env = { OPENAI_API_KEY: 'sk-upstream', OPENAI_BASE_URL: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1`, OPENAI_MODELS: 'gpt-test', CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist', STORAGE_SPILL_DIR: join(folder.path, 'spill') }
    await using first = new Tapline(folder, [], env)
    const ids = await call(await first.url(), 10)
    await database.kill()
    ids.push(...await call(await first.url(), 10))
    first.kill('SIGKILL')
    await once(first.process, 'exit')
    await database.restart()
    await using second = new Tapline(folder, [], env)
    const url = await second.url()
    await eventually(async () => expect((await recordedIn(url)).toSorted()).to.deep.equal(ids.toSorted()))
  })
})

/** So many calls of each of several callers. @returns their request ids. @throws AssertionError if one fails */
async function call(url: string, times: number): Promise<string[]> {
  const one = async () => {
    const answer = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ model: 'gpt-test', messages: [{ role: 'user', content: 'hello' }] }) })
    const text = await answer.text()
    expect(answer.status, text).to.equal(200)
    return String(answer.headers.get('x-request-id'))
  }
  return (await Promise.all(Array.from({ length: callers }, async () => {
    const ids: string[] = []
    for (let i = 0; i < times; i++) ids.push(await one())
    return ids
  }))).flat()
}

/** The request ids of all usage records, one for each record. */
async function recordedIn(url: string): Promise<readonly string[]> {
  const ids: string[] = []
  for (let total = 1; ids.length < total;) {
    const answer = await fetch(`${url}/admin/usage/log?cache_mode=all&limit=200&offset=${ids.length}`)
    const page = await answer.json() as { entries: readonly { request_id: string }[]; total: number }
    expect(answer.status, JSON.stringify(page)).to.equal(200)
    total = page.total
    ids.push(...page.entries.map(entry => entry.request_id))
    if (page.entries.length === 0) break
  }
  return ids
}

async function ready(url: string): Promise<unknown> {
  return await (await fetch(`${url}/health/ready`)).json()
}

/** Asks again until it holds. @throws what it threw last */
async function eventually(holds: () => Promise<unknown>): Promise<void> {
  const giveUpAt = performance.now() + patienceMs
  for (;;) {
    try {
      await holds()
      return
    } catch (cause) {
      if (performance.now() > giveUpAt) throw cause
    }
  }
}
