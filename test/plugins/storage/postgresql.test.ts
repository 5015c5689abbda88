import { Client } from 'pg'
import { expect } from 'chai'
import { StorageUnavailable, type PluginDefinition } from '../../../core/index.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { briefly } from '../../../plugins/storage/postgresql/briefly.ts'
import { meaningOf } from '../../../plugins/storage/postgresql/errors.ts'
import postgresql from '../../../plugins/storage/postgresql/index.ts'
import { postgresql as server, postgresqlUrl, startPostgresql } from '../../support/postgresql.ts'
import { need } from '../../support/servers.ts'
import { until } from '../../support/until.ts'
import { conforms } from './conforms.ts'
import { summedCalls } from '../../../core/testing/store/calls.ts'
import { OpenStore } from '../../../core/testing/store/open-store.ts'

const plugin: PluginDefinition = postgresql

async function tell(url: string, statement: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new Client(url)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows
  } finally {
    await client.end()
  }
}

conforms('postgresql', {
  plugin,
  prepare: async context => void (await need(context, server)),
  database: async () => ({ url: await postgresqlUrl() }),
  makeNewer: async ({ url }) => void (await tell(String(url), 'UPDATE tapline_schema SET version = 9999')),
})

describe('postgresql', () => {
  before(async function () {
    await need(this, server)
  })

  it('does not begin without a server, and says where it was looked for', async () => {
    const cause = await OpenStore.open(plugin, { url: 'postgresql://tapline:secret@127.0.0.1:1/tapline' }).then(
      () => undefined,
      (cause: unknown) => cause as Error,
    )
    expect(cause?.message).to.match(/PostgreSQL.*127\.0\.0\.1:1\b/)
    expect(cause?.message).not.to.include('secret')
  })

  for (const [what, code] of [
    ['a statement that took too long', '57014'],
    ['a lock that was waited for too long', '55P03'],
    ['a transaction that took too long', '25P04'],
    ['one that did nothing for too long', '25P03'],
    ['a password that was changed', '28P01'],
    ['a user who may not log in', '28000'],
    ['a database that is not there', '3D000'],
    ['a right that was taken away', '42501'],
    ['a table that is not there', '42P01'],
    ['a schema that is not there', '3F000'],
    ['a column that is not there', '42703'],
    ['a constraint that is not there', '42P10'],
    ['a function that is not there', '42883'],
    ['a damaged page', 'XX001'],
  ] as const) {
    it(`is away for ${what}`, () => {
      expect(meaningOf(Object.assign(new Error('canceled'), { code }))).to.be.instanceOf(StorageUnavailable)
    })
  }

  it('does not wait for the good-bye of a server that says nothing', async () => {
    const clock = new TurnedClock()
    const closing = briefly(clock, new Promise(() => {}))
    clock.advance(2_000)
    await closing
    await briefly(clock, Promise.reject(new Error('gone')))
  })

  it('hears of a change at once, without waiting for the next look', async () => {
    const options = { url: await postgresqlUrl() }
    await using here = await OpenStore.open(plugin, options)
    await using there = await OpenStore.open(plugin, options)
    let told = 0
    here.storage.records('keys').watch(() => {
      told += 1
    })
    await until(() => told === 1) // the first look
    await there.storage.records('keys').put('x', {})
    await until(() => told === 2)
  })

  it('listens again after its connections were cut', async () => {
    const url = (await postgresqlUrl()) ?? ''
    const clock = new TurnedClock()
    await using here = await OpenStore.open(plugin, { url }, clock)
    let told = 0
    const keys = here.storage.records('keys')
    keys.watch(() => {
      told += 1
    })
    await until(() => told === 1)
    const listeners = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`
    const [cut] = await tell(url, listeners)
    await tell(url, `SELECT pg_terminate_backend(${String(cut?.['pid'])})`)
    await until(() => clock.waitsMs.includes(1000) && clock.waitsMs.filter(ms => ms === 1000).length === 2) // a look, and another attempt
    clock.advance(1000)
    let again: unknown
    while (again === undefined || again === cut?.['pid']) again = (await tell(url, listeners))[0]?.['pid']
    await using there = await OpenStore.open(plugin, { url })
    const before = told
    await there.storage.records('keys').put('x', {})
    await until(() => told > before)
  })

  it('keeps serving through the end and the return of its server, and says how it is', async () => {
    await using own = await startPostgresql()
    if (own === undefined) throw new Error('no server')
    const clock = new TurnedClock()
    await using opened = await OpenStore.open(plugin, { url: own.url }, clock)
    const journal = await opened.storage.journal(summedCalls('calls'))
    await journal.append([{ id: '1', timestamp: 1, tokens: 1 }])
    await own.kill()
    const refused = await Promise.allSettled([
      journal.append([{ id: '2', timestamp: 2 }]),
      journal.get('1'),
      journal.sums({ measures: [] }),
      opened.storage.records('keys').put('x', {}),
    ])
    expect(refused.map(result => result.status === 'rejected' && (result.reason as Error).name)).to.deep.equal(Array(4).fill('StorageUnavailable'))
    expect(await opened.health.report()).to.deep.equal({ status: 'degraded', checks: { storage: 'down' } })
    await own.restart()
    expect(
      await journal.append([
        { id: '1', timestamp: 1, tokens: 1 },
        { id: '2', timestamp: 2, tokens: 2 },
      ]),
    ).to.equal(1)
    expect((await journal.sums({ measures: ['tokens'] })).groups[0]).to.deep.include({ count: 2, sums: { tokens: 3 } })
    clock.advance(1001) // reports are used again for a second
    expect(await opened.health.report()).to.deep.equal({ status: 'ready', checks: { storage: 'ok' } })
  }).timeout(180_000)

  it('gives up a server that is silent: reads before writes, and none for ever', async () => {
    await using own = await startPostgresql()
    if (own === undefined) throw new Error('no server')
    const clock = new TurnedClock()
    await using opened = await OpenStore.open(plugin, { url: own.url, max_conns: 2 }, clock)
    const things = opened.storage.records('keys')
    await Promise.all([things.put('x', { kept: true }), things.put('y', {})])
    await own.freeze()
    const read = things.get('x').then(
      () => 'done',
      (cause: Error) => cause.message,
    )
    const write = things.put('y', {}).then(
      () => 'done',
      (cause: Error) => cause.message,
    )
    await until(() => clock.waitsMs.includes(5000) && clock.waitsMs.includes(30_000))
    clock.advance(5000)
    expect(await read).to.equal('PostgreSQL did not answer within 5 s')
    clock.advance(25_000)
    expect(await write).to.equal('PostgreSQL did not answer within 30 s')
    own.thaw()
    expect((await things.get('x'))?.value).to.deep.equal({ kept: true })
  }).timeout(180_000)
})
