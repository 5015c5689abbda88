/** Rows on the local disk until the store has them: one unsynced write for all rows of a turn, which outlives the process. */

import type { Logger } from 'pino'
import { beforeEndOfTurn } from '../../end-of-turn.ts'
import type { JournalRow } from '../journal.ts'
import { HeldLines, type Lines } from './held-lines.ts'
import { LineRoom, type Piece } from './line-room.ts'
import { joined, textsIn } from './lines.ts'
import { Segment } from './spool-segment.ts'
import type { SpoolOwner } from './spool-owner.ts'

/** A file of this size is followed by another. */
const segmentBytes = 8 * 1024 * 1024
/** A file whose rows are all stored is emptied from this size on; before, it costs more than it frees. */
const clearedBytes = 256 * 1024
/** Rows that are kept in memory, too; those behind them are read from the disk when their turn comes. */
const heldRows = 10_000

export interface SpoolOptions {
  /** Of the journal: lower-case words joined by `_`. */
  readonly name: string
  readonly owner: SpoolOwner
  readonly log: Logger
  /** So many rows come from `next`, if it is asked for no more. */
  readonly mostTogether: number
  hasRoom(bytes: number): boolean
  /** Told of rows that could not be written. */
  refused(lines: readonly string[], cause: unknown): void
  /** Told that rows were written. */
  written(): void
  /** Told that there are rows that nobody appended here. */
  found(): void
  /** Told that the process ends at once: what else shall be on the disk is to be appended now. */
  leaving(): void
  /** Told that it is closed: nothing of it is here any more. */
  closed(): void
}

/** Where rows that are held lie besides: in a file, and, unless they were read from it, in a piece of memory. */
interface Place {
  readonly segment: Segment
  readonly piece: Piece | undefined
}

/** The folder is as full as it may be. */
class SpoolFull extends Error {
  override readonly name = 'SpoolFull'
}

export class Spool {
  readonly #options: SpoolOptions
  /** Where rows come: first those that are written, which are all in one file, then those of this turn. */
  readonly #room: LineRoom
  /** Bytes, and rows, in the room that are written. */
  #written = 0
  #writtenRows = 0
  /** What is written and comes next, before what is in the room. */
  readonly #held = new HeldLines<Place>()
  readonly #segments = new Set<Segment>()
  /** Those with rows that are not held, in the order in which they are read. */
  readonly #unread: Segment[] = []
  #active: Segment | undefined
  #isClosed = false

  constructor(options: SpoolOptions) {
    this.#options = options
    this.#room = new LineRoom(options.mostTogether)
  }

  /** Takes a row, as JSON. It is on the disk before anything that this turn writes to a socket. */
  append(line: string): void {
    if (this.#room.count === this.#writtenRows) beforeEndOfTurn(this)
    if (!this.#room.add(line)) {
      this.#hold()
      this.#room.add(line)
    }
    if (this.#isClosed) this.flush()
  }

  /** Writes what was appended, now. */
  flush(): void {
    const count = this.#room.count - this.#writtenRows
    if (count === 0) return
    const lines = this.#room.lines(this.#written)
    try {
      this.#keep({ lines, count }, this.#write(lines))
      this.#options.written()
    } catch (cause) {
      const texts = textsIn(lines)
      this.#room.cut(this.#written, this.#writtenRows)
      this.#options.refused(texts, cause)
    }
    if (this.#isClosed) this.close()
  }

  leave(): void {
    this.#options.leaving()
    this.flush()
  }

  /** The rows that have waited longest: `mostTogether` at most, or further ones up to `limit`. The same ones until they are committed. */
  next(limit: number): Lines {
    if (this.#held.length === 0) this.#hold()
    if (this.#held.length === 0) this.#readOn()
    return this.#held.next(limit)
  }

  /** The rows of `next` are stored. */
  commit(rows: number): void {
    this.#held.drop(rows, ({ segment, piece }, count) => {
      segment.held -= count
      if (piece !== undefined) this.#room.free(piece)
      this.#free(segment)
    })
  }

  /** How many rows are known to wait. */
  get length(): number {
    return this.#held.length + this.#room.count
  }

  get isEmpty(): boolean {
    return this.length === 0 && !this.isBehind
  }

  /** Whether rows wait that are on the disk alone. */
  get isBehind(): boolean {
    return this.#unread.length > 0
  }

  /** What its files take of the disk. */
  get bytes(): number {
    let sum = 0
    for (const { bytes } of this.#segments) sum += bytes
    return sum
  }

  /** Bytes of rows that wait: a file whose rows are all stored may still have its length. */
  get waitingBytes(): number {
    return this.isEmpty ? 0 : this.bytes
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

  /** Makes the files again that somebody removed. @throws what the file system says */
  restore(): void {
    for (const segment of this.#segments) segment.restore()
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
    this.#room.cut(0, 0)
    this.#written = this.#writtenRows = 0
    this.#unread.length = 0
    this.#options.closed()
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
    if (this.#active !== undefined && this.#active.bytes >= segmentBytes && this.#writtenRows === 0) this.#leave(this.#active)
    const segment = (this.#active ??= this.#begin())
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
  #keep({ lines, count }: Lines, segment: Segment): void {
    if (this.#unread.length === 0 && this.length <= heldRows) {
      this.#written += lines.length
      this.#writtenRows += count
      segment.held += count
      return
    }
    if (segment.unreadFrom === undefined) {
      segment.unreadFrom = segment.bytes - lines.length
      this.#unread.push(segment)
    }
    this.#room.cut(this.#written, this.#writtenRows)
  }

  /** What is in the room is written, and waits with what came before. */
  #hold(): void {
    this.flush()
    if (this.#writtenRows === 0 || this.#active === undefined) return
    const stretch = this.#room.end()
    this.#held.add(stretch, { segment: this.#active, piece: stretch.piece })
    this.#written = this.#writtenRows = 0
  }

  #readOn(): void {
    while (this.#held.length === 0) {
      const segment = this.#unread[0]
      if (segment?.unreadFrom === undefined) return
      const { lines, next, torn } = segment.read(segment.unreadFrom)
      const readable = lines.filter(line => this.#isReadable(line, segment))
      this.#held.add({ lines: joined(readable), count: readable.length }, { segment, piece: undefined })
      segment.held += readable.length
      if (torn > 0) this.#options.log.warn({ file: segment.path, bytes: torn }, 'the end of a spooled file is torn, and was left out')
      segment.unreadFrom = next < segment.bytes ? next : undefined
      if (segment.unreadFrom !== undefined) continue
      this.#unread.shift()
      this.#free(segment)
    }
  }

  #isReadable(line: string, { path }: Segment): boolean {
    try {
      if (isRow(JSON.parse(line))) return true
      this.#options.log.warn({ file: path }, 'a spooled line is no row, and was left out')
    } catch (cause) {
      this.#options.log.warn({ file: path, err: cause }, 'a spooled line cannot be read, and was left out')
    }
    return false
  }

  /** What is stored takes no room. */
  #free(segment: Segment): void {
    if (segment.held > 0 || segment.unreadFrom !== undefined) return
    if (segment !== this.#active) {
      if (this.#segments.delete(segment)) segment.remove()
    } else if (segment.bytes >= clearedBytes) segment.clear()
  }
}

/** Whether it has what every row has: no store would take it otherwise. */
function isRow(value: unknown): boolean {
  const { id, timestamp } = (value ?? {}) as Partial<JournalRow>
  return typeof id === 'string' && id !== '' && Number.isFinite(timestamp)
}
