import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import pino from 'pino'
import { GatewayHealth } from '../../../../core/gateway/health.ts'
import type { Instrument, Meter } from '../../../../core/services/meter.ts'
import type { JournalRow } from '../../../../core/storage/journal.ts'
import { JournalWriter, type RowsFate, type WriterPolicy } from '../../../../plugins/shared/journal/journal-writer.ts'
import { idOf, idsIn, linesOf, rowsIn } from '../../../../core/storage/spool/lines.ts'
import { SpoolDirectory } from '../../../../core/storage/spool/spool-directory.ts'
import { StorageUnavailable } from '../../../../core/storage/storage.ts'
import { TurnedClock } from '../../../../core/testing/turned-clock.ts'
import { until } from '../../../support/until.ts'

/** As usage is written: first of all to the disk. */
const first: WriterPolicy = { bufferRows: 0, batchRows: 1000, everyMs: 20 }
/** As the audit log is written: to the disk only when there is too much. */
const buffered: WriterPolicy = { bufferRows: 10, batchRows: 5, everyMs: 5_000 }

const row = (id: string | number): JournalRow => ({ id: String(id), timestamp: 1 })
const ids = (rows: readonly JournalRow[]) => rows.map(({ id }) => id)
const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i))

/** A journal that keeps rows in memory, and does what it is told. */
class FakeJournal {
  readonly batches: string[][] = []
  readonly #rows = new Set<string>()
  fails: ((ids: readonly string[]) => Error | undefined) | undefined
  hangs = false

  get rows(): readonly string[] {
    return [...this.#rows]
  }

  async append(given: readonly JournalRow[] | Buffer): Promise<number> {
    const rows = rowsIn(given)
    await Promise.resolve()
    if (this.hangs) return await new Promise<never>(() => {})
    const error = this.fails?.(ids(rows))
    if (error !== undefined) throw error
    this.batches.push(ids(rows))
    const before = this.#rows.size
    for (const { id } of rows) this.#rows.add(id)
    return this.#rows.size - before
  }
}

const away = () => new StorageUnavailable('the store is away')

describe('the writer of a journal', () => {
  let path: string
  let clock: TurnedClock
  let journal: FakeJournal
  let health: GatewayHealth
  const log: { level: number; msg: string }[] = []
  const figures = new Map<string, number>()
  const open: { close(): unknown }[] = []

  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'tapline-writer-'))
    clock = new TurnedClock()
    journal = new FakeJournal()
    health = new GatewayHealth(clock)
    log.length = 0
    figures.clear()
  })
  afterEach(async () => {
    journal.hangs = false
    for (const part of open.splice(0)) await part.close()
    rmSync(path, { recursive: true, force: true })
  })

  const meter: Meter = (() => {
    const instrument =
      (add: boolean) =>
      (name: string): Instrument => {
        const note = (value: number) => {
          figures.set(name, value + (add ? (figures.get(name) ?? 0) : 0))
        }
        return Object.assign(note, { of: () => note, hold: () => ({ record: note, release() {} }) })
      }
    return { counter: instrument(true), gauge: instrument(false), upDown: instrument(true), histogram: instrument(false), dropProvider() {} }
  })()
  const start = (policy: WriterPolicy, maxBytes = 1e9, fate?: RowsFate) => {
    const logger = pino(
      {},
      {
        write: (line: string) => {
          log.push(JSON.parse(line) as { level: number; msg: string })
        },
      },
    )
    const spool = new SpoolDirectory({ path: () => path, maxBytes, clock, log: logger })
    const writer = new JournalWriter<JournalRow>({ name: 'journal', policy, journal, spool, clock, meter, health, log: logger, fate })
    const close = async () => {
      await writer.close()
      spool.close()
    }
    open.push({ close })
    return { writer, spool, close, addAll: (all: readonly string[]) => all.forEach(id => writer.add(row(id))) }
  }
  const spooled = () =>
    readdirSync(path)
      .filter(name => name.endsWith('.ndjson'))
      .flatMap(name =>
        readFileSync(join(path, name), 'utf8')
          .split('\n')
          .filter(line => line !== '')
          .map(line => (JSON.parse(line) as JournalRow).id),
      )
  const isReady = async () => {
    clock.advance(1_001)
    return (await health.report()).checks['journal']
  }

  const policies: readonly [string, WriterPolicy][] = [
    ['spools first', first],
    ['buffers', buffered],
  ]
  for (const [what, policy] of policies) {
    describe(`that ${what}`, () => {
      it('stores what comes together as one batch, when its time has come', async () => {
        const { addAll } = start(policy)
        addAll(['a', 'b', 'c'])
        clock.advance(policy.everyMs - 1)
        expect(journal.batches).to.deep.equal([])
        clock.advance(1)
        await until(() => journal.rows.length === 3)
        expect(journal.batches).to.deep.equal([['a', 'b', 'c']])
      })

      it('stores a full batch at once', async () => {
        const { addAll } = start(policy)
        addAll(numbers(policy.batchRows))
        clock.advance(0)
        await until(() => journal.rows.length === policy.batchRows)
        expect(journal.batches).to.have.length(1)
      })

      it('stores no more in one batch than it may', async () => {
        const { writer, addAll } = start(policy)
        addAll(numbers(policy.batchRows * 2 + 1))
        await writer.flush()
        expect(journal.batches.map(({ length }) => length)).to.deep.equal([policy.batchRows, policy.batchRows, 1])
        expect(journal.rows).to.deep.equal(numbers(policy.batchRows * 2 + 1))
      })

      it('keeps rows while the store is away, tries again after longer and longer waits, and then stores all of them once', async () => {
        const { writer, addAll } = start(policy)
        let tries = 0
        journal.fails = () => {
          tries += 1
          return away()
        }
        addAll(['a', 'b'])
        await writer.flush()
        for (const waitMs of [100, 200, 400, 800, 1600, 3200, 5000, 5000]) {
          const before = tries
          await until(() => clock.waitsMs.includes(waitMs))
          clock.advance(waitMs)
          await until(() => tries === before + 1)
        }
        expect(await isReady()).to.equal('down')
        addAll(['c'])
        journal.fails = undefined
        await writer.flush()
        expect([...journal.rows].sort()).to.deep.equal(['a', 'b', 'c'])
        expect(await isReady()).to.equal('ok')
        expect(figures.get('writer_dropped_total')).to.equal(0)
      })

      it('takes a store that says nothing for half a minute for one that is away', async () => {
        const { writer, addAll } = start(policy)
        journal.hangs = true
        addAll(['a'])
        const flushed = writer.flush()
        await until(() => clock.waitsMs.includes(30_000))
        clock.advance(1_000)
        await flushed
        expect(await isReady()).to.equal('ok')
        clock.advance(29_000)
        await turn()
        journal.hangs = false
        journal.fails = away
        expect(await isReady()).to.equal('down')
        journal.fails = undefined
        await writer.flush()
        expect(journal.rows).to.deep.equal(['a'])
      })

      it('stores everything when it is closed, and leaves no file', async () => {
        const { addAll, close } = start(policy)
        addAll(numbers(7))
        await close()
        expect(journal.rows).to.deep.equal(numbers(7))
        expect(readdirSync(path)).to.deep.equal([])
      })

      it('leaves what the store does not take on the disk when it is closed, for the next one to store', async () => {
        const before = start(policy)
        journal.fails = away
        before.addAll(numbers(3))
        await before.close()
        expect(spooled()).to.deep.equal(numbers(3))
        journal.fails = undefined
        start(policy)
        clock.advance(0)
        await until(() => journal.rows.length === 3)
      })

      it('waits for a silent store no longer than 10 s when it is closed', async () => {
        const { addAll, close } = start(policy)
        journal.hangs = true
        addAll(['a'])
        const closed = close()
        await until(() => clock.waitsMs.includes(10_000))
        clock.advance(10_000)
        await closed
        expect(spooled()).to.deep.equal(['a'])
      })

      it('puts rows that come after its end on the disk', async () => {
        const { writer, close } = start(policy)
        await close()
        writer.add(row('late'))
        expect(spooled()).to.deep.equal(['late'])
      })

      it('finds the row that the store refuses, says which, and stores the others', async () => {
        const { writer, addAll } = start(policy)
        journal.fails = batch => (batch.includes('bad') ? new Error('no such character') : undefined)
        addAll(['a', 'bad', 'b'])
        for (let i = 0; i < 7; i++) await writer.flush()
        expect([...journal.rows].sort()).to.deep.equal(['a', 'b'])
        expect(log.filter(({ level }) => level === 50)).to.have.length(1)
        expect(log.find(({ level }) => level === 50)).to.include({ record: 'bad' })
        expect(figures.get('writer_dropped_total')).to.equal(1)
      })

      it('tells who asks which rows are stored, when they are, and which never will be', async () => {
        const told: string[] = []
        const { writer, addAll } = start(policy, 1e9, {
          isAsked: true,
          stored: ids => told.push(`stored ${[...ids].sort().join(' ')}`),
          lost: ids => told.push(`lost ${ids.join(' ')}`),
        })
        addAll(['a', 'b'])
        await writer.flush()
        expect(told.splice(0)).to.deep.equal(['stored a b'])
        journal.fails = batch => (batch.includes('bad') ? new Error('no such character') : undefined)
        addAll(['c', 'bad', 'd'])
        await writer.flush()
        expect(told).to.deep.equal([])
        for (let i = 0; i < 6; i++) await writer.flush()
        expect(told).to.deep.equal(['stored c d', 'lost bad'])
      })

      it('reads no ids while nobody asks', async () => {
        const never = () => {
          throw new Error('nobody asked')
        }
        const { writer, addAll } = start(policy, 1e9, { isAsked: false, stored: never, lost: never })
        addAll(['a'])
        await writer.flush()
        expect(journal.rows).to.deep.equal(['a'])
        expect(log).to.deep.equal([])
      })

      it('blames the store if it refuses every row of several', async () => {
        const { writer, addAll } = start(policy)
        journal.fails = () => new Error('out of order')
        addAll(['a', 'b'])
        for (let i = 0; i < 8; i++) await writer.flush()
        journal.fails = undefined
        await writer.flush()
        expect([...journal.rows].sort()).to.deep.equal(['a', 'b'])
      })

      it('spells rows at once, or just before they are stored', async () => {
        const { writer } = start(policy)
        const late = (id: string) => ({ ...row(id), toJSON: () => row(`${id} as it was later`) })
        writer.add(late('a'))
        writer.addLate(late('b'))
        await writer.flush()
        expect([...journal.rows].sort()).to.deep.equal(['a as it was later', 'b as it was later'])
      })

      it('shows how much waits', async () => {
        const { writer, addAll, spool } = start(policy)
        journal.fails = away
        addAll(numbers(11))
        await writer.flush()
        expect(figures.get('writer_queue_length')).to.equal(11)
        expect(figures.get('writer_spilled_bytes')).to.equal(spool.bytes)
        expect(spool.bytes).to.be.above(0)
        journal.fails = undefined
        await writer.flush()
        expect(figures.get('writer_queue_length')).to.equal(0)
        expect(figures.get('writer_spilled_bytes')).to.equal(0)
      })

      it('has one timer, whatever it does', async () => {
        const { writer, addAll } = start(policy)
        const resting = clock.pending
        addAll(['a'])
        expect(clock.pending).to.equal(resting)
        clock.advance(policy.everyMs)
        await until(() => journal.rows.length === 1)
        await writer.flush()
        expect(clock.pending).to.equal(resting)
      })
    })
  }

  it('has rows on the disk at once if they are spooled first', () => {
    const { writer } = start(first)
    writer.add(row('a'))
    writer.sync()
    expect(spooled()).to.deep.equal(['a'])
  })

  it('spools only what the buffer has no room for', () => {
    const { writer, addAll } = start(buffered)
    addAll(numbers(12))
    writer.sync()
    expect(spooled()).to.deep.equal(['10', '11'])
  })

  it('also stores what another writer of the journal has that finishes what it began, for who asks', async () => {
    const { writer, spool } = start({ bufferRows: 10, batchRows: 10, everyMs: 5000 })
    const next = new JournalWriter<JournalRow>({
      name: 'journal',
      policy: { bufferRows: 10, batchRows: 10, everyMs: 5000 },
      journal,
      spool,
      clock,
      meter,
      health,
      log: pino({ enabled: false }),
    })
    writer.add(row('1'))
    await next.flush()
    expect(writer.length).to.equal(0)
    await next.close()
  })

  it('spools a buffered batch after three tries', async () => {
    const { writer, addAll } = start(buffered)
    journal.fails = away
    addAll(numbers(3))
    for (const expected of [[], [], numbers(3)]) {
      await writer.flush()
      writer.sync()
      expect(spooled()).to.deep.equal(expected)
    }
  })

  it('spools the buffer when the process ends at once', () => {
    const { spool, addAll } = start(buffered)
    addAll(numbers(3))
    spool.leave()
    expect(spooled()).to.deep.equal(numbers(3))
  })

  it('holds some rows in memory while the disk is full, and stores them', async () => {
    const { writer, addAll } = start(first, 1)
    addAll(numbers(3))
    writer.sync()
    expect(spooled()).to.deep.equal([])
    expect(await isReady()).to.equal('down')
    await writer.flush()
    expect(journal.rows).to.deep.equal(numbers(3))
    expect(figures.get('writer_dropped_total')).to.equal(0)
  })

  it('drops the newest rows when neither disk nor store takes any, counts them, and warns once in ten seconds', async () => {
    const lost: string[] = []
    const { writer, addAll } = start(first, 1, { isAsked: true, stored: () => {}, lost: ids => lost.push(...ids) })
    journal.fails = away
    addAll(numbers(1005))
    writer.sync()
    addAll(['x', 'y'])
    writer.sync()
    expect(lost).to.deep.equal([...numbers(1005).slice(1000), 'x', 'y'])
    expect(figures.get('writer_dropped_total')).to.equal(7)
    expect(health.lostRecords).to.deep.equal({ journal: 7 })
    expect(log.filter(({ msg }) => msg.startsWith('records are lost'))).to.have.length(1)
    journal.fails = undefined
    await writer.flush()
    expect(journal.rows).to.deep.equal(numbers(1000))
  })

  it('is ready again once the disk takes rows', async () => {
    const { writer, addAll } = start(first, 100)
    journal.fails = away
    addAll(numbers(50))
    writer.sync()
    expect(await isReady()).to.equal('down')
    journal.fails = undefined
    await writer.flush()
    addAll(['a'])
    writer.sync()
    expect(await isReady()).to.equal('ok')
  })

  it('is ready again once there is room in memory, if it spools only what has none', async () => {
    const { writer, addAll } = start(buffered, 1)
    journal.fails = away
    addAll(numbers(50))
    writer.sync()
    expect(await isReady()).to.equal('down')
    journal.fails = undefined
    await writer.flush()
    expect(journal.rows).to.have.length(50)
    expect(await isReady()).to.equal('ok')
  })

  it('reads back what it could not hold in memory, after a long outage', async () => {
    const { writer, addAll } = start(first)
    journal.fails = away
    for (let i = 0; i < 24; i++) {
      addAll(numbers(500).map(number => `${i}-${number}`))
      writer.sync()
    }
    journal.fails = undefined
    await writer.flush()
    expect(journal.rows).to.have.length(12_000)
    expect(journal.batches.flat()).to.have.length(12_000)
  })
})

describe('the ids of rows', () => {
  const rows: readonly (JournalRow & { readonly text?: string })[] = [
    { id: 'a', timestamp: 1 },
    { id: 'sch"r\\äg', timestamp: 1, text: '\n{"id":"no"}' },
    { timestamp: 1, id: 'behind' },
    { id: 'x'.repeat(300), timestamp: 1 },
    { id: '', timestamp: 1 },
  ]

  it('are read from the front of their lines, or wherever they stand', () => {
    expect(idsIn(linesOf(rows))).to.deep.equal(ids(rows))
    expect(rows.map(each => idOf(JSON.stringify(each)))).to.deep.equal(ids(rows))
    expect(idsIn(Buffer.alloc(0))).to.deep.equal([])
  })
})
