import { expect } from 'chai'
import { Client } from 'pg'
import postgresql from '../../../plugins/storage/postgresql/index.ts'
import { PostgresqlState } from '../../../plugins/storage/postgresql/state.ts'
import type { Database } from '../../../plugins/storage/shared/sql/database.ts'
import type { Sql } from '../../../plugins/storage/shared/sql/sql.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import type { PluginDefinition, State } from '../../../core/index.ts'
import { postgresql as server, postgresqlUrl } from '../../support/postgresql.ts'
import { need } from '../../support/servers.ts'
import { OpenStore } from '../../../core/testing/store/open-store.ts'
import { stateConformance } from './conformance.ts'

const plugin: PluginDefinition = postgresql

stateConformance('postgresql', {
  prepare: async context => void (await need(context, server)),
  async open() {
    const options = { url: await postgresqlUrl() }
    const stores = await Promise.all([OpenStore.open(plugin, options), OpenStore.open(plugin, options)])
    const [one, other] = stores.map(({ storage }) => storage.state) as [State, State]
    return {
      one,
      other,
      close: async () => {
        for (const store of stores) await store[Symbol.asyncDispose]()
      },
    }
  },
})

describe('the state in PostgreSQL', () => {
  it('gives nothing back that is renewed at the moment: it would be there again', async () => {
    const asked: string[] = []
    const renewed = Promise.withResolvers<readonly []>()
    const ask = ({ texts }: Sql) => {
      asked.push(/tapline_\w+/.exec(texts.join(''))?.[0] ?? '')
      return asked.length === 1 ? renewed.promise : Promise.resolve([])
    }
    const state = new PostgresqlState({ ask } as unknown as Database, new TurnedClock())
    const hold = { key: 'a', holder: 'x', amount: 1, untilMs: 1 }
    const both = [state.renew([hold]), state.settle({ releases: [hold], adds: [] }, 0)]
    expect(asked).to.deep.equal(['tapline_hold_state'])
    renewed.resolve([])
    await Promise.all(both)
    expect(asked).to.deep.equal(['tapline_hold_state', 'tapline_settle_state'])
  })

  it('deletes what nobody asks for any more', async function () {
    await need(this, server)
    const clock = new TurnedClock()
    await using store = await OpenStore.open(plugin, { url: await postgresqlUrl() }, clock)
    const state = store.storage.state as State
    const soon = clock.now() + 1000
    await state.claim(
      [{ counter: { counter: 'a', add: 1, expiresAtMs: soon }, hold: { key: 'a', holder: 'x', amount: 1, untilMs: soon }, limit: 9 }],
      clock.now(),
    )
    clock.advance(600_000)
    while ((await state.read([{ counter: 'a', held: 'a' }], soon - 1)).some(({ current, held }) => current + held > 0));
  })

  it('makes what a database of an earlier version lacks', async function () {
    await need(this, server)
    const url = (await postgresqlUrl()) as string
    const clock = new TurnedClock()
    const counted = { counter: { counter: 'a', add: 1, expiresAtMs: clock.now() + 1000 }, limit: 9 }
    {
      await using store = await OpenStore.open(plugin, { url }, clock)
      await (store.storage.state as State).claim([counted], clock.now())
    }
    const client = new Client({ connectionString: url })
    await client.connect()
    await client.query('DROP TABLE tapline_notes')
    await client.end()
    await using store = await OpenStore.open(plugin, { url }, clock)
    const state = store.storage.state as State
    expect(await state.notes?.replace({ key: 'a', after: 'text', expiresAtMs: clock.now() + 1000 }, clock.now())).to.equal(true)
    expect(await state.read([{ counter: 'a' }], clock.now())).to.deep.equal([{ current: 1, previous: 0, held: 0 }])
  })
})
