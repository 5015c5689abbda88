import { expect } from 'chai'
import pino from 'pino'
import type { Storage } from '../../../../core/storage/storage.ts'
import { Retention } from '../../../../plugins/shared/journal/retention.ts'
import { Gate } from '../../../../core/testing/gate.ts'
import { TurnedClock } from '../../../../core/testing/turned-clock.ts'
import sqlite from '../../../../plugins/storage/sqlite/index.ts'
import { OpenStore } from '../../../../core/testing/store/open-store.ts'
import { until } from '../../../support/until.ts'

const dayMs = 86_400_000
const log = pino({ enabled: false })

/** A journal of which only times matter. */
class Times {
  times: number[]
  readonly batches: number[] = []
  fails = false

  constructor(times: readonly number[]) {
    this.times = [...times]
  }

  async deleteBefore(timestamp: number, limit: number): Promise<readonly string[]> {
    await Promise.resolve()
    if (this.fails) throw new Error('the store is away')
    const old = this.times.filter(time => time < timestamp).slice(0, limit)
    this.times = this.times.filter(time => !old.includes(time))
    this.batches.push(old.length)
    return old.map(String)
  }
}

describe('retention', () => {
  let store: OpenStore
  let storage: Storage
  let clock: TurnedClock
  before(async () => {
    store = await OpenStore.open(sqlite, { path: ':memory:' })
    storage = store.storage
  })
  after(() => store[Symbol.asyncDispose]())
  beforeEach(() => {
    clock = new TurnedClock()
  })

  const daysAgo = (days: number) => clock.now() - days * dayMs
  const retention = (journal: Times, days: number, deleteAlso?: (before: number) => Promise<boolean>) =>
    new Retention({ name: `times_${days}`, journal, storage, days, clock, log, ...(deleteAlso === undefined ? {} : { deleteAlso }) })

  it('deletes every hour what is older than it shall become', async () => {
    const journal = new Times([daysAgo(91), daysAgo(90.5), daysAgo(89)])
    const kept = retention(journal, 90)
    kept.start()
    clock.advance(3_599_999)
    expect(journal.batches).to.deep.equal([])
    clock.advance(1)
    await until(() => journal.times.length === 1)
    await kept.sweep()
    clock.advance(2 * dayMs)
    await until(() => journal.times.length === 0)
    await kept.close()
  })

  it('keeps everything where it is told to', () => {
    const before = clock.pending
    retention(new Times([0]), 0).start()
    expect(clock.pending).to.equal(before)
  })

  it('deletes in batches, and what belongs to rows as long as there is more of it', async () => {
    const times: number[] = []
    const journal = new Times(Array.from({ length: 625 }, (_, i) => i))
    await retention(journal, 1, async before => {
      await Promise.resolve()
      return times.push(before) < 5
    }).sweep()
    expect(journal.batches).to.deep.equal([250, 250, 125, 0, 0])
    expect(new Set(times)).to.deep.equal(new Set([daysAgo(1)]))
  })

  it('leaves others time between the batches', async () => {
    const journal = new Times(Array.from({ length: 5000 }, (_, i) => i))
    const sweeping = retention(journal, 1).sweep()
    const seen: number[] = []
    while (journal.times.length > 0) {
      seen.push(journal.batches.length)
      await new Promise(resolve => {
        setImmediate(resolve)
      })
    }
    await sweeping
    expect(new Set(seen).size).to.be.at.least(3)
  })

  it('is done by one replica at a time', async () => {
    const gate = new Gate()
    const [one, other] = [new Times([1]), new Times([1])]
    const sweeping = retention(one, 7, async () => {
      await gate
      return false
    }).sweep()
    await gate.reached
    await retention(other, 7).sweep()
    expect(other.batches).to.deep.equal([])
    gate.open()
    await sweeping
    await retention(other, 7).sweep()
    expect(other.batches).to.deep.equal([1])
  })

  it('is tried again when the store was away', async () => {
    const journal = new Times([0])
    journal.fails = true
    const kept = retention(journal, 3)
    await kept.sweep()
    expect(journal.times).to.have.length(1)
    journal.fails = false
    await kept.sweep()
    expect(journal.times).to.have.length(0)
  })

  it('ends soon when it is closed', async () => {
    const journal = new Times(Array.from({ length: 10_000 }, (_, i) => i))
    const kept = retention(journal, 5)
    const sweeping = kept.sweep()
    await until(() => journal.batches.length > 0)
    await kept.close()
    await sweeping
    expect(journal.times.length).to.be.above(0)
    expect(clock.pending).to.equal(0)
  })

  it('ends soon when it is closed, however much belongs to rows', async () => {
    const kept = retention(new Times([]), 6, async () => {
      await Promise.resolve()
      return true
    })
    const sweeping = kept.sweep()
    await kept.close()
    await sweeping
  })
})
