/** Rows of a spool that are in memory, too, in the order in which they were written: those of one write together. */

import type { JournalRow } from './journal.ts'
import type { Segment } from './spool-segment.ts'
import type { Batch } from './store-batch.ts'

/** What was written at once. */
interface Chunk<Row extends JournalRow> {
  readonly rows: readonly Row[]
  /** As they were written; undefined if they were read. */
  readonly lines: Buffer | undefined
  readonly segment: Segment
}

export class HeldRows<Row extends JournalRow> {
  readonly #chunks: Chunk<Row>[] = []
  /** How many rows of the first chunk are stored. */
  #stored = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  add(rows: readonly Row[], segment: Segment, lines?: Buffer): void {
    if (rows.length === 0) return
    this.#chunks.push({ rows, lines, segment })
    this.#length += rows.length
    segment.held += rows.length
  }

  /** The rows that have waited longest, not more than `limit`. The same ones until they are committed. */
  next(limit: number): Batch<Row> {
    const chunks = this.#whole(limit)
    if (chunks.length === 0) return { rows: this.#chunks[0]?.rows.slice(this.#stored, this.#stored + limit) ?? [] }
    const lines = chunks.flatMap(chunk => chunk.lines ?? [])
    return { rows: chunks.flatMap(({ rows }) => rows), ...lines.length === chunks.length ? { lines: Buffer.concat(lines) } : {} }
  }

  /** The first rows of `next` are stored. @returns the segments that they lie in */
  commit(count: number): ReadonlySet<Segment> {
    const segments = new Set<Segment>()
    for (let left = count; left > 0;) {
      const chunk = this.#chunks[0]
      if (chunk === undefined) break
      const done = Math.min(chunk.rows.length - this.#stored, left)
      left -= done
      this.#length -= done
      chunk.segment.held -= done
      segments.add(chunk.segment)
      this.#stored += done
      if (this.#stored < chunk.rows.length) break
      this.#chunks.shift()
      this.#stored = 0
    }
    return segments
  }

  clear(): void {
    this.#chunks.length = 0
    this.#stored = this.#length = 0
  }

  /** The first chunks, as many as fit; none if the first is too large, or part of it is stored. */
  #whole(limit: number): readonly Chunk<Row>[] {
    if (this.#stored > 0) return []
    let rows = 0
    const end = this.#chunks.findIndex(chunk => (rows += chunk.rows.length) > limit)
    return end < 0 ? this.#chunks : this.#chunks.slice(0, end)
  }
}
