import { expect } from 'chai'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import type { PluginDefinition } from '../../../core/index.ts'
import { StateServer, type StateCall } from '../../../core/workers/state-server.ts'
import { StateClient } from '../../../core/workers/state-client.ts'
import { CounterKeeper, type KeptCounters } from '../../../plugins/rate-limit/kept-counters.ts'
import sqlite from '../../../plugins/storage/sqlite/index.ts'
import { wired } from '../../support/wired.ts'
import { OpenStore } from '../../../core/testing/store/open-store.ts'

const plugin: PluginDefinition = sqlite

describe('the counters of processes that count together', () => {
  let store: OpenStore
  beforeEach(async () => {
    store = await OpenStore.open(plugin, { path: ':memory:' })
  })
  afterEach(() => store[Symbol.asyncDispose]())

  /** A worker at a stateServer, and what keeps its counters. */
  function workerAt(stateServer: StateServer) {
    const session = stateServer.session()
    const { one, other } = wired()
    other.answer('numbers', (call: StateCall) => session.take(call))
    const state = new StateClient(one)
    const failed = (cause: unknown) => {
      throw cause
    }
    const keeper = new CounterKeeper({
      records: store.storage.records<KeptCounters>('rate_limit_counters'),
      counters: state.volatile,
      isShared: true,
      clock: new TurnedClock(),
      everyMs: 0,
      failed,
    })
    return { keeper, count: (amount: number) => state.claim([{ counter: { counter: 'rate:a', add: amount, expiresAtMs: 1e15 }, limit: 99 }], 0) }
  }
  const kept = async () => (await store.storage.records<KeptCounters>('rate_limit_counters').get('counters'))?.value.counters['rate:a']?.[0]

  it('are written by one of them, and are whole whichever ends last', async () => {
    const stateServer = new StateServer()
    const [one, other] = [workerAt(stateServer), workerAt(stateServer)]
    for (const { keeper } of [one, other]) {
      await keeper.open()
      keeper.start()
    }
    await one.count(1)
    await one.keeper.write()
    expect(await kept()).to.equal(1)
    await other.count(1)
    await other.keeper.write()
    expect(await kept()).to.equal(1)
    await one.keeper.close()
    await other.count(1)
    await other.keeper.close()
    expect(await kept()).to.equal(3)
  })

  it('are whole where all end at once', async () => {
    const stateServer = new StateServer()
    const workers = [workerAt(stateServer), workerAt(stateServer), workerAt(stateServer)]
    for (const { keeper } of workers) {
      await keeper.open()
      keeper.start()
    }
    await Promise.all(
      workers.map(async ({ keeper, count }) => {
        await count(2)
        await keeper.close()
      }),
    )
    expect(await kept()).to.equal(6)
  })
})
