/** Moves rows into a journal in groups, without anybody waiting for the store; what the store does not take is spooled. */

import { setImmediate as turn } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Clock, Timer } from '../../../core/services/clock.ts'
import type { Health } from '../../../core/services/health.ts'
import type { Meter } from '../../../core/services/meter.ts'
import type { Journal, JournalRow } from '../../../core/storage/journal.ts'
import { idOf, idsIn } from '../../../core/storage/spool/lines.ts'
import { RowBuffer } from './row-buffer.ts'
import type { Spool } from '../../../core/storage/spool/spool.ts'
import type { SpoolDirectory } from '../../../core/storage/spool/spool-directory.ts'
import { storeBatch } from './store-batch.ts'
import { WriterFigures } from './writer-figures.ts'

/** So many rows that a full disk refused may wait in memory. */
const refusedRows = 1000
/** A batch that is only in memory is tried so often, then spooled. */
const triesOfBuffered = 3
/** After so many failures, a batch that the store refuses without being away is taken apart. */
const insistsFrom = 5
const firstBackoffMs = 100
const longestBackoffMs = 5_000
/** While there is nothing to do, the figures are brought up to date so often. */
const restMs = 60_000
const closeLimitMs = 10_000
/** Who asks for what was recorded is not kept waiting longer by a store that is behind. */
const flushLimitMs = 1_000

export interface WriterPolicy {
  /** So many rows may wait in memory alone; further ones are spooled. 0: every row is on the disk before anything that its turn writes to a socket. */
  readonly bufferRows: number
  /** A batch is stored when so many rows wait … */
  readonly batchRows: number
  /** … or so long after the first of them. */
  readonly everyMs: number
}

/** Whoever is told what became of rows. */
export interface RowsFate {
  /** Whether anybody asks at this moment: else ids are not even read. */
  readonly isAsked: boolean
  stored(ids: readonly string[]): void
  /** The store never takes them, or there was no room for them on the disk or in memory. */
  lost(ids: readonly string[]): void
}

export interface JournalWriterOptions<Row extends JournalRow> {
  /** Of the journal; also names the writer in metrics and in health. */
  readonly name: string
  readonly policy: WriterPolicy
  readonly journal: Pick<Journal<Row>, 'append'>
  /** The service `spool`. */
  readonly spool: SpoolDirectory
  readonly clock: Clock
  readonly meter: Meter
  readonly health: Health
  readonly log: Logger
  readonly fate?: RowsFate | undefined
}

/**
 * @example
 * const writer = new JournalWriter({ name: 'audit', policy: { bufferRows: 1000, batchRows: 100, everyMs: 5000 }, journal, spool, clock, meter, health, log })
 * writer.add(row)
 * await writer.close()
 */
export class JournalWriter<Row extends JournalRow> {
  readonly #options: JournalWriterOptions<Row>
  readonly #figures: WriterFigures
  readonly #spool: Spool
  readonly #buffer: RowBuffer<Row>
  #timer: Timer
  /** What the timer was set to; undefined while nothing is to be done. */
  #dueMs: number | undefined
  #draining: Promise<void> | undefined
  /** How often in a row the store took nothing. */
  #failures = 0
  #closed: Promise<void> | undefined
  readonly #withdraw: () => void

  /** Begins with what the spool holds from before. @throws what the file system says */
  constructor(options: JournalWriterOptions<Row>) {
    this.#options = options
    this.#buffer = new RowBuffer(options.policy.batchRows)
    this.#figures = new WriterFigures(options)
    this.#timer = this.#rest()
    this.#spool = options.spool.open(options.name, {
      mustNotLose: options.policy.bufferRows === 0,
      mostTogether: options.policy.batchRows,
      refused: (lines, cause) => this.#holdRefused(lines, cause),
      written: () => this.#figures.written(),
      found: () => this.#schedule(0),
      leaving: () => this.#spoolBuffer(),
    })
    this.#withdraw = options.spool.writersOf(options.name).add(() => this.#flushOwn())
  }

  /** Takes a row. Never waits, never throws. */
  add(row: Row): void {
    const line = JSON.stringify(row)
    if (this.#mayBuffer()) this.#buffer.add(line)
    else this.#spool.append(line)
    this.#scheduleTaken()
  }

  /** The same, of a row that takes long to spell: its `toJSON`, which must not throw, is asked just before it is stored or spooled. */
  addLate(row: Row): void {
    if (this.#mayBuffer()) this.#buffer.addLate(row)
    else this.#spool.append(JSON.stringify(row))
    this.#scheduleTaken()
  }

  #mayBuffer(): boolean {
    return this.#buffer.length < this.#options.policy.bufferRows && this.#closed === undefined
  }

  #scheduleTaken(): void {
    const {
      policy: { batchRows, everyMs },
    } = this.#options
    const dueMs = this.length < batchRows ? everyMs : 0
    if (this.#failures === 0 && (this.#dueMs === undefined || dueMs < this.#dueMs)) this.#schedule(dueMs)
  }

  /** How many rows are known to wait. */
  get length(): number {
    return this.#buffer.length + this.#spool.length
  }

  /** Writes to the disk what this turn would write at its end. */
  sync(): void {
    this.#spool.flush()
  }

  /** Resolves when the rows that wait now are stored, those of a writer that is about to end, too, or the store takes none; after 1 s at the latest. */
  async flush(): Promise<void> {
    const { spool, name } = this.#options
    await Promise.all([...spool.writersOf(name)].map(drain => drain()))
  }

  async #flushOwn(): Promise<void> {
    if (!this.#isEmpty()) await this.#within(flushLimitMs, this.#drainWhole())
  }

  /** Stores what waits, for at most 10 s; what is left stays on the disk, and so does what is added later. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close())
  }

  async #close(): Promise<void> {
    this.#timer.cancel()
    await this.#within(closeLimitMs, this.#drainWhole())
    this.#spoolBuffer()
    this.#spool.flush()
    this.#figures.show(this.length, this.#spool.waitingBytes)
    this.#spool.close()
    this.#figures.close()
    this.#withdraw()
  }

  async #within(limitMs: number, work: Promise<void>): Promise<void> {
    let limit: Timer | undefined
    await Promise.race([
      work,
      new Promise<void>(resolve => {
        limit = this.#options.clock.after(limitMs, resolve)
      }),
    ])
    limit?.cancel()
  }

  async #drainWhole(): Promise<void> {
    await this.#draining
    await this.#drain(() => true)
  }

  #drain(goOn: () => boolean): Promise<void> {
    return (this.#draining ??= this.#drainWhile(goOn).finally(() => {
      this.#draining = undefined
    }))
  }

  /** One batch after another, and others' work between them. */
  async #drainWhile(goOn: () => boolean): Promise<void> {
    this.#spool.flush()
    while (!this.#isEmpty() && (await this.#storeNext()) && goOn()) await turn()
    this.#figures.show(this.length, this.#spool.waitingBytes)
    if (this.#failures > 0) this.#schedule(Math.min(firstBackoffMs * 2 ** (this.#failures - 1), longestBackoffMs))
    else if (!this.#isEmpty()) this.#schedule(this.#hasBatch() ? 0 : this.#options.policy.everyMs)
  }

  #isEmpty(): boolean {
    return this.#buffer.length === 0 && this.#spool.isEmpty
  }

  #hasBatch(): boolean {
    return this.#spool.isBehind || this.length >= this.#options.policy.batchRows
  }

  /** @returns whether the store took it */
  async #storeNext(): Promise<boolean> {
    const { batchRows } = this.#options.policy
    const isBuffered = this.#buffer.length > 0
    try {
      if (isBuffered) await this.#storeBuffered(batchRows)
      else await this.#storeSpooled(batchRows)
      this.#failures = 0
      this.#figures.stored()
      // Nothing is to be spooled while there is room in memory: nobody would find out that the disk takes rows again.
      if (this.#buffer.length < this.#options.policy.bufferRows) this.#figures.needsNoDisk()
      return true
    } catch (cause) {
      this.#failures += 1
      this.#figures.failed(cause)
      if (isBuffered && this.#failures >= triesOfBuffered && this.#options.policy.bufferRows > 0) this.#spoolBuffer()
      return false
    }
  }

  async #storeBuffered(limit: number): Promise<void> {
    const { lines, count } = this.#buffer.next(limit)
    await this.#store(lines)
    this.#buffer.drop(count)
  }

  async #storeSpooled(limit: number): Promise<void> {
    const { lines, count } = this.#spool.next(limit)
    await this.#store(lines)
    this.#spool.commit(count)
  }

  async #store(lines: Buffer): Promise<void> {
    if (lines.length === 0) return
    const { journal, clock, fate } = this.#options
    // The bytes are the store's from then on.
    const ids = fate?.isAsked === true ? idsIn(lines) : []
    const rejected = await storeBatch(journal, lines, { clock, isInsisting: this.#failures >= insistsFrom })
    for (const { id, cause } of rejected) this.#figures.rejected(id, cause)
    if (fate !== undefined && ids.length > 0)
      tellFate(
        fate,
        ids,
        rejected.map(({ id }) => id),
      )
  }

  #spoolBuffer(): void {
    for (const line of this.#buffer.takeAll()) this.#spool.append(line)
  }

  /** The disk is full: what fits into memory may still reach the store. */
  #holdRefused(lines: readonly string[], cause: unknown): void {
    const taken = lines.slice(0, Math.max(0, refusedRows - this.#buffer.length))
    if (this.#closed === undefined) for (const line of taken) this.#buffer.add(line)
    const lost = this.#closed !== undefined ? lines : lines.slice(taken.length)
    this.#figures.refused(lost.length, cause)
    const { fate } = this.#options
    if (fate?.isAsked === true && lost.length > 0) fate.lost(lost.map(idOf))
  }

  #schedule(ms: number): void {
    this.#timer.cancel()
    if (this.#closed !== undefined) return
    this.#dueMs = ms
    this.#timer = this.#options.clock.after(ms, () => {
      this.#timer = this.#rest()
      void this.#drain(() => this.#hasBatch())
    })
  }

  #rest(): Timer {
    this.#dueMs = undefined
    return this.#options.clock.after(restMs, () => {
      this.#timer = this.#rest()
      this.#figures.show(this.length, this.#spool.waitingBytes)
    })
  }
}

function tellFate(fate: RowsFate, ids: readonly string[], rejected: readonly string[]): void {
  const lost = new Set(rejected)
  fate.stored(lost.size === 0 ? ids : ids.filter(id => !lost.has(id)))
  if (lost.size > 0) fate.lost(rejected)
}
