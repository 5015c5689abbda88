/** Rows on the local disk until the store has them: one unsynced write for all rows of a turn, which outlives the process. */

import type { Logger } from 'pino'
import { beforeEndOfTurn } from '../../end-of-turn.ts'
import { HeldLines, type Lines } from './held-lines.ts'
import { joined } from './lines.ts'
import { Segment } from './spool-segment.ts'
import type { SpoolOwner } from './spool-owner.ts'

/** A file of this size is followed by another. */
const segmentBytes = 8 * 1024 * 1024
/** A file whose rows are all stored is emptied from this size on; before, it costs more than it frees. */
const clearedBytes = 256 * 1024
/** Rows that are kept in memory, too; those behind them are read from the disk when their turn comes. */
const heldRows = 10_000
/** So many are written at once, and stored together, at most. */
const rowsOfWrite = 1000

export interface SpoolOptions {
  /** Of the journal: lower-case words joined by `_`. */
  readonly name: string
  readonly owner: SpoolOwner
  readonly log: Logger
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

/** The folder is as full as it may be. */
class SpoolFull extends Error {
  override readonly name = 'SpoolFull'
}

export class Spool {
  readonly #options: SpoolOptions
  /** Of this turn. */
  #lines: string[] = []
  /** What is written and comes next. */
  readonly #held = new HeldLines<Segment>()
  readonly #segments = new Set<Segment>()
  /** Those with rows that are not held, in the order in which they are read. */
  readonly #unread: Segment[] = []
  #active: Segment | undefined
  #isClosed = false

  constructor(options: SpoolOptions) {
    this.#options = options
  }

  /** Takes a row, as JSON. It is on the disk before anything that this turn writes to a socket. */
  append(line: string): void {
    if (this.#lines.length === 0) beforeEndOfTurn(this)
    this.#lines.push(line)
    if (this.#isClosed) this.flush()
  }

  /** Writes what was appended, now. */
  flush(): void {
    const lines = this.#lines
    if (lines.length === 0) return
    this.#lines = []
    for (let from = 0; from < lines.length;) {
      const some = together(lines, from)
      this.#put(some)
      from += some.length
    }
    if (this.#isClosed) this.close()
  }

  #put(lines: readonly string[]): void {
    const written = { lines: joined(lines), count: lines.length }
    try {
      this.#keep(written, this.#write(written.lines))
      this.#options.written()
    } catch (cause) {
      this.#options.refused(lines, cause)
    }
  }

  leave(): void {
    this.#options.leaving()
    this.flush()
  }

  /** The rows that have waited longest: those of one write, and further ones up to `limit`. The same ones until they are committed. */
  next(limit: number): Lines {
    if (this.#held.length === 0) this.#readOn()
    return this.#held.next(limit)
  }

  /** The rows of `next` are stored. */
  commit(rows: number): void {
    this.#held.drop(rows, (segment, count) => {
      segment.held -= count
      this.#free(segment)
    })
  }

  /** How many rows are known to wait. */
  get length(): number {
    return this.#lines.length + this.#held.length
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
    if (this.#active !== undefined && this.#active.bytes >= segmentBytes) this.#leave(this.#active)
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
  #keep(written: Lines, segment: Segment): void {
    if (this.#unread.length === 0 && this.#held.length + written.count <= heldRows) this.#hold(written, segment)
    else if (segment.unreadFrom === undefined) {
      segment.unreadFrom = segment.bytes - written.lines.length
      this.#unread.push(segment)
    }
  }

  #hold(written: Lines, segment: Segment): void {
    this.#held.add(written, segment)
    segment.held += written.count
  }

  #readOn(): void {
    while (this.#held.length === 0) {
      const segment = this.#unread[0]
      if (segment?.unreadFrom === undefined) return
      const { lines, next, torn } = segment.read(segment.unreadFrom)
      const readable = lines.filter(line => this.#isReadable(line, segment))
      this.#hold({ lines: joined(readable), count: readable.length }, segment)
      if (torn > 0) this.#options.log.warn({ file: segment.path, bytes: torn }, 'the end of a spooled file is torn, and was left out')
      segment.unreadFrom = next < segment.bytes ? next : undefined
      if (segment.unreadFrom !== undefined) continue
      this.#unread.shift()
      this.#free(segment)
    }
  }

  #isReadable(line: string, { path }: Segment): boolean {
    try {
      JSON.parse(line)
      return true
    } catch (cause) {
      this.#options.log.warn({ file: path, err: cause }, 'a spooled line cannot be read, and was left out')
      return false
    }
  }

  /** What is stored takes no room. */
  #free(segment: Segment): void {
    if (segment.held > 0 || segment.unreadFrom !== undefined) return
    if (segment !== this.#active) {
      if (this.#segments.delete(segment)) segment.remove()
    } else if (segment.bytes >= clearedBytes) segment.clear()
  }
}

/** Those that are written at once: no more than fill a file, unless one alone is longer. */
function together(lines: readonly string[], from: number): readonly string[] {
  let to = from
  let characters = 0
  while (to < lines.length && to < from + rowsOfWrite) {
    characters += lines[to]?.length ?? 0
    if (to > from && characters > segmentBytes) break
    to += 1
  }
  return lines.slice(from, to)
}
