/** Leases: one holder at a time, whatever happens to the holders and to the store. */

import { expect } from 'chai'
import { Conflict, type Records, type Stored } from '../../../core/storage/records.ts'
import { Lease, type LeaseRecord } from '../../../core/storage/lease.ts'
import { StorageUnavailable } from '../../../core/storage/storage.ts'
import { Gate, TurnedClock } from '../../../core/testing/index.ts'
import { until } from '../../support/until.ts'

const ttlMs = 30_000

/** As much of a collection as a lease uses. */
class OneRecord {
  stored: Stored<LeaseRecord> | undefined
  #revision = 0
  /** Runs before each write; a rejection fails it. */
  beforeWrite: () => Promise<void> = async () => {}
  /** Runs after each write; a rejection loses the answer, not the write. */
  afterWrite: () => Promise<void> = async () => {}

  async get(): Promise<Stored<LeaseRecord> | undefined> {
    return this.stored
  }

  async put(id: string, value: LeaseRecord, { expected }: { expected: number }): Promise<Stored<LeaseRecord>> {
    await this.beforeWrite()
    if (expected !== (this.stored?.revision ?? 0)) throw new Conflict('leases', id)
    const stored = (this.stored = { id, revision: ++this.#revision, owner: '', position: 0, value })
    await this.afterWrite()
    return stored
  }

  async delete(id: string, expected: number): Promise<boolean> {
    if (expected !== this.stored?.revision) throw new Conflict('leases', id)
    this.stored = undefined
    return true
  }
}

async function away(): Promise<void> {
  throw new StorageUnavailable('the store is away')
}

describe('a lease', () => {
  let clock: TurnedClock
  let record: OneRecord
  let mine: Lease
  let other: Lease
  beforeEach(() => {
    clock = new TurnedClock()
    record = new OneRecord()
    const records = record as unknown as Records<LeaseRecord>
    mine = new Lease({ records, id: 'retention', clock, ttlMs })
    other = new Lease({ records, id: 'retention', clock, ttlMs })
  })

  /** Turns the clock step by step, so that renewals come through between. */
  async function pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 1_000) {
      clock.advance(1_000)
      await new Promise(setImmediate)
    }
  }

  it('is had by one at a time', async () => {
    const signals = await Promise.all([mine.acquire(), other.acquire()])
    expect(signals.filter(signal => signal !== undefined)).to.have.length(1)
  })

  it('is not had twice by its own holder', async () => {
    expect(await Promise.all([mine.acquire(), mine.acquire()])).to.satisfy((signals: unknown[]) => signals.filter(signal => signal !== undefined).length === 1)
    expect(await mine.acquire()).to.be.undefined
  })

  it('goes to another when it is released', async () => {
    await mine.acquire()
    await mine.release()
    expect(await other.acquire()).to.be.instanceOf(AbortSignal)
  })

  it('is kept while its holder lives', async () => {
    const signal = await mine.acquire()
    await pass(10 * ttlMs)
    expect([signal?.aborted, await other.acquire()]).to.deep.equal([false, undefined])
    await mine.release()
    expect(clock.pending).to.equal(0)
  })

  it('goes to another when its holder died', async () => {
    await mine.acquire()
    record.beforeWrite = away
    await pass(ttlMs)
    record.beforeWrite = async () => {}
    expect(await other.acquire()).to.be.instanceOf(AbortSignal)
  })

  it('is given up by its holder before another may have it, when the store is away', async () => {
    const signal = await mine.acquire()
    record.beforeWrite = away
    await pass(ttlMs - 1_000)
    record.beforeWrite = async () => {}
    expect([signal?.aborted, await other.acquire()]).to.deep.equal([true, undefined])
  })

  it('outlives an absence of the store that is shorter than itself', async () => {
    const signal = await mine.acquire()
    record.beforeWrite = away
    await pass(ttlMs / 2)
    record.beforeWrite = async () => {}
    await pass(ttlMs)
    expect([signal?.aborted, await other.acquire()]).to.deep.equal([false, undefined])
  })

  it('is lost when somebody else took it', async () => {
    const signal = await mine.acquire()
    record.stored = { ...record.stored!, revision: 99, value: { holder: 'somebody else', until: clock.now() + ttlMs } }
    await pass(ttlMs / 3)
    expect(signal?.aborted).to.be.true
    await mine.release()
    expect(record.stored.value.holder).to.equal('somebody else')
  })

  it('is kept when the answer to a renewal is lost', async () => {
    const signal = await mine.acquire()
    record.afterWrite = away
    await pass(ttlMs / 3)
    record.afterWrite = async () => {}
    await pass(ttlMs)
    expect(signal?.aborted).to.be.false
    await mine.release()
    expect(record.stored).to.be.undefined
  })

  it('is had again by a holder that never heard of having it', async () => {
    record.afterWrite = away
    const cause = await mine.acquire().catch((cause: unknown) => cause)
    record.afterWrite = async () => {}
    expect([cause instanceof StorageUnavailable, (await mine.acquire()) instanceof AbortSignal]).to.deep.equal([true, true])
  })

  it('is released with what a renewal under way has written', async () => {
    await mine.acquire()
    const gate = new Gate()
    record.beforeWrite = async () => await gate
    clock.advance(ttlMs / 3)
    const released = mine.release()
    gate.open()
    await released
    expect(record.stored).to.be.undefined
  })

  it('runs work that nobody else is at, and is released however that ends', async () => {
    const done: string[] = []
    await mine.acquire()
    expect(await other.run(async () => void done.push('other'))).to.be.false
    await mine.release()
    expect(await other.run(async () => void done.push('other'))).to.be.true
    await other
      .run(async () => {
        throw new Error('it failed')
      })
      .catch((cause: Error) => done.push(cause.message))
    expect([done, record.stored]).to.deep.equal([['other', 'it failed'], undefined])
  })

  it('has work told at once that the lease is lost', async () => {
    let told = false
    const run = mine.run(async signal => {
      record.beforeWrite = away
      await new Promise(resolve => signal.addEventListener('abort', resolve))
      told = true
    })
    await until(() => clock.pending > 0)
    await pass(ttlMs)
    expect([await run, told]).to.deep.equal([true, true])
  })
})
