import postgresql from '../../../plugins/storage/postgresql/index.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import type { PluginDefinition, State } from '../../../core/index.ts'
import { postgresql as server, postgresqlUrl } from '../../support/postgresql.ts'
import { need } from '../../support/servers.ts'
import { OpenStore } from '../storage/conformance/open-store.ts'
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
})
