import { expect } from 'chai'
import pino from 'pino'
import type { CacheStore } from '../../../core/index.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { encodeEntry, type Entry } from '../../../plugins/shared/cache/entry.ts'
import type { Dropped } from '../../../plugins/shared/cache/write-queue.ts'
import { EntryStore } from '../../../plugins/cache-exact/entry-store.ts'
import { until } from '../../support/until.ts'

const entry: Entry = { status: 200, contentType: 'x', headers: [], body: Buffer.from('y'), createdAt: 1, model: 'm', provider: 'p' }
const never = () => new Promise<never>(() => {})

/** Entries in a store that is made of parts. */
function entriesOn(store: Partial<CacheStore>) {
  const clock = new TurnedClock()
  const log: string[] = []
  const logger = pino(
    {},
    {
      write: (line: string) => {
        log.push((JSON.parse(line) as { readonly err: { readonly message: string } }).err.message)
      },
    },
  )
  const dropped: Dropped[] = []
  const entries = new EntryStore({
    store: { get: () => undefined, set: () => {}, delete: () => {}, ...store },
    clock,
    log: logger,
    dropped: reason => {
      dropped.push(reason)
    },
  })
  return { entries, clock, log, dropped }
}

describe('the entries of a cache store: reading', () => {
  const failing: readonly [string, CacheStore['get']][] = [
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
  ]
  for (const [what, get] of failing) {
    it(`has nothing, and asks again after a second, when the store ${what}`, async () => {
      let asked = 0
      const { entries, clock, log } = entriesOn({
        get(key) {
          asked += 1
          return get(key)
        },
      })
      expect(await entries.read('k')).to.equal('failed')
      clock.advance(999)
      expect(await entries.read('k')).to.equal('failed')
      expect(asked).to.equal(1)
      clock.advance(1)
      expect(await entries.read('k')).to.equal('failed')
      expect(asked).to.equal(2)
      expect(log).to.deep.equal(['down'])
    })
  }

  it('waits a second for the store', async () => {
    const { entries, clock, log } = entriesOn({ get: never })
    const reading = entries.read('k')
    clock.advance(1_000)
    expect(await reading).to.equal('failed')
    expect(log).to.deep.equal(['the cache store took longer than 1000 ms'])
  })

  it('says at most every ten seconds that the store fails', async () => {
    const { entries, clock, log } = entriesOn({ get: () => Promise.reject(new Error('down')) })
    for (let second = 0; second < 20; second++) {
      await entries.read('k')
      clock.advance(1_000)
    }
    expect(log).to.have.length(2)
  })

  const long = { ...entry, body: Buffer.alloc(5000, 'ab') }
  const unreadable: readonly [string, () => Promise<Buffer>][] = [
    ['no entry', async () => Buffer.from('{}')],
    ['cut in its head', async () => (await encodeEntry(entry)).subarray(0, 12)],
    ['cut in its compressed body', async () => (await encodeEntry(long)).subarray(0, -8)],
  ]
  for (const [what, bytes] of unreadable) {
    it(`takes what is ${what} for a miss, and goes on asking the store`, async () => {
      const kept = [await bytes(), await encodeEntry(entry)]
      const { entries, log } = entriesOn({ get: () => kept.shift() })
      expect(await entries.read('k')).to.equal(undefined)
      expect(await entries.read('k')).to.deep.equal(entry)
      expect(log).to.have.length(1)
    })
  }
})

describe('the entries of a cache store: writing', () => {
  it('writes eight at a time, has 256 wait, and drops what comes beyond', async () => {
    const running: (() => void)[] = []
    const keys: string[] = []
    const { entries, log, dropped } = entriesOn({
      set(key) {
        keys.push(key)
        return new Promise(resolve => {
          running.push(resolve)
        })
      },
    })
    for (let i = 0; i < 8 + 256; i++) entries.write(`k${i}`, entry, 1000)
    expect([keys.length, log]).to.deep.equal([8, []])
    entries.write('one too many', entry, 1000)
    expect([log, dropped]).to.deep.equal([['too many entries wait to be written'], ['queue_full']])
    while (keys.length < 8 + 256) {
      const before = keys.length
      running.splice(0).forEach(finish => {
        finish()
      })
      await until(() => keys.length === before + 8)
    }
    expect(keys).to.not.include('one too many')
    entries.write('later', entry, 1000)
    running.splice(0).forEach(finish => {
      finish()
    })
    await until(() => keys.at(-1) === 'later')
  })

  it('gives up a write after five seconds, and goes on with the next', async () => {
    const keys: string[] = []
    const { entries, clock, log } = entriesOn({
      set(key) {
        keys.push(key)
        return never()
      },
    })
    for (let i = 0; i < 9; i++) entries.write(`k${i}`, entry, 1000)
    clock.advance(4_999)
    expect(keys).to.have.length(8)
    clock.advance(1)
    await until(() => keys.includes('k8'))
    expect(log).to.deep.equal(['the cache store took longer than 5000 ms'])
  })

  it('goes on after a write that failed', async () => {
    const keys: string[] = []
    const { entries, log, dropped } = entriesOn({
      set(key) {
        keys.push(key)
        throw new Error('down')
      },
    })
    for (let i = 0; i < 20; i++) entries.write(`k${i}`, entry, 1000)
    await until(() => keys.length === 20)
    expect(log).to.deep.equal(['down'])
    expect(dropped).to.deep.equal(keys.map(() => 'failed'))
  })
})
