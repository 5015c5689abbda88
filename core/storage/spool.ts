/** Rows on the local disk until the store has them: one unsynced write for all rows of a turn, which outlives the process. */

import type { Logger } from 'pino'
import { beforeEndOfTurn } from '../http/turn.ts'
import { HeldRows } from './held-rows.ts'
import type { JournalRow } from './journal.ts'
import { Segment } from './spool-segment.ts'
import type { SpoolOwner } from './spool-owner.ts'
import type { Batch } from './store-batch.ts'

/** A file of this size is followed by another. */
const segmentBytes = 8 * 1024 * 1024
/** A file whose rows are all stored is emptied from this size on; before, it costs more than it frees. */
const clearedBytes = 256 * 1024
/** Rows that are kept in memory, too; those behind them are read from the disk when their turn comes. */
const heldRows = 10_000

export interface SpoolOptions<Row extends JournalRow> {
  /** Of the journal: lower-case words joined by `_`. */
  readonly name: string
  readonly owner: SpoolOwner
  readonly log: Logger
  hasRoom(bytes: number): boolean
  /** Told of rows that could not be written. */
  refused(rows: readonly Row[], cause: unknown): void
  /** Told that rows were written. */
  written(): void
  /** Told that there are rows that nobody appended here. */
  found(): void
  /** Told that the process ends at once: what else shall be on the disk is to be appended now. */
  leaving(): void
}

/** The folder is as full as it may be. */
export class SpoolFull extends Error {
  override readonly name = 'SpoolFull'
}

export class Spool<Row extends JournalRow> {
  readonly #options: SpoolOptions<Row>
  /** Of this turn. */
  #rows: Row[] = []
  #lines = ''
  /** What is written and comes next. */
  readonly #held = new HeldRows<Row>()
  readonly #segments = new Set<Segment>()
  /** Those with rows that are not held, in the order in which they are read. */
  readonly #unread: Segment[] = []
  #active: Segment | undefined
  #isClosed = false

  constructor(options: SpoolOptions<Row>) {
    this.#options = options
  }

  /** Takes a row. It is on the disk before anything that this turn writes to a socket. */
  append(row: Row): void {
    const line = `${JSON.stringify(row)}\n`
    if (this.#rows.length === 0) beforeEndOfTurn(this)
    this.#rows.push(row)
    this.#lines += line
    if (this.#isClosed) this.flush()
  }

  /** Writes what was appended, now. */
  flush(): void {
    const rows = this.#rows
    if (rows.length === 0) return
    const lines = Buffer.from(this.#lines)
    this.#rows = []
    this.#lines = ''
    try {
      this.#keep(rows, lines, this.#write(lines))
      this.#options.written()
    } catch (cause) {
      this.#options.refused(rows, cause)
    }
    if (this.#isClosed) this.close()
  }

  leave(): void {
    this.#options.leaving()
    this.flush()
  }

  /** The rows that have waited longest. The same ones until they are committed. */
  next(limit: number): Batch<Row> {
    if (this.#held.length === 0) this.#readOn()
    return this.#held.next(limit)
  }

  /** The first rows of `next` are stored. */
  commit(rows: number): void {
    for (const segment of this.#held.commit(rows)) this.#free(segment)
  }

  /** How many rows are known to wait. */
  get length(): number {
    return this.#rows.length + this.#held.length
  }

  get isEmpty(): boolean {
    return this.length === 0 && !this.isBehind
  }

  /** Whether rows wait that are on the disk alone. */
  get isBehind(): boolean {
    return this.#unread.length > 0
  }

  get bytes(): number {
    let sum = 0
    for (const { bytes } of this.#segments) sum += bytes
    return sum
  }

  /** Takes over what dead processes left. @throws what the file system says */
  adopt(): void {
    if (this.#isClosed) return
    const paths = this.#options.owner.adopt(this.#options.name)
    for (const path of paths) {
      const segment = new Segment(path)
      segment.unreadFrom = 0
      this.#segments.add(segment)
      this.#unread.push(segment)
    }
    if (paths.length > 0) this.#options.found()
  }

  /** Rows that are not stored stay on the disk, for whoever comes next. */
  close(): void {
    this.#isClosed = true
    this.flush()
    for (const segment of this.#segments) {
      if (segment.held === 0 && segment.unreadFrom === undefined) segment.remove()
      else this.#abandon(segment)
    }
    this.#segments.clear()
    this.#active = undefined
    this.#held.clear()
    this.#unread.length = 0
  }

  #abandon(segment: Segment): void {
    segment.close()
    try {
      this.#options.owner.abandon(segment.path)
    } catch (cause) {
      this.#options.log.error({ file: segment.path, err: cause }, 'a spooled file cannot be given up')
    }
  }

  #write(lines: Buffer): Segment {
    if (!this.#options.hasRoom(lines.length)) this.#makeRoom()
    if (!this.#options.hasRoom(lines.length)) throw new SpoolFull('the spool is as large as it may be')
    if (this.#active !== undefined && this.#active.bytes >= segmentBytes) this.#leave(this.#active)
    const segment = this.#active ??= this.#begin()
    segment.write(lines)
    return segment
  }

  #makeRoom(): void {
    if (this.#active?.held === 0 && this.#active.unreadFrom === undefined) this.#active.clear()
  }

  #begin(): Segment {
    const segment = new Segment(this.#options.owner.nextPath(this.#options.name))
    this.#segments.add(segment)
    return segment
  }

  /** Another file follows. */
  #leave(segment: Segment): void {
    this.#active = undefined
    this.#free(segment)
  }

  /** Rows are held while there is room; once some of a segment were not, those behind them are not, either. */
  #keep(rows: readonly Row[], lines: Buffer, segment: Segment): void {
    if (this.#unread.length === 0 && this.#held.length + rows.length <= heldRows) this.#held.add(rows, segment, lines)
    else if (segment.unreadFrom === undefined) {
      segment.unreadFrom = segment.bytes - lines.length
      this.#unread.push(segment)
    }
  }

  #readOn(): void {
    while (this.#held.length === 0) {
      const segment = this.#unread[0]
      if (segment?.unreadFrom === undefined) return
      const { lines, next, torn } = segment.read(segment.unreadFrom)
      this.#held.add(this.#parse(lines, segment), segment)
      if (torn > 0) this.#options.log.warn({ file: segment.path, bytes: torn }, 'the end of a spooled file is torn, and was left out')
      segment.unreadFrom = next < segment.bytes ? next : undefined
      if (segment.unreadFrom !== undefined) continue
      this.#unread.shift()
      this.#free(segment)
    }
  }

  #parse(lines: readonly string[], { path }: Segment): readonly Row[] {
    return lines.flatMap(line => {
      try {
        return [JSON.parse(line) as Row]
      } catch (cause) {
        this.#options.log.warn({ file: path, err: cause }, 'a spooled line cannot be read, and was left out')
        return []
      }
    })
  }

  /** What is stored takes no room. */
  #free(segment: Segment): void {
    if (segment.held > 0 || segment.unreadFrom !== undefined) return
    if (segment !== this.#active) {
      if (this.#segments.delete(segment)) segment.remove()
    } else if (segment.bytes >= clearedBytes) segment.clear()
  }
}
