/** Lines of a spool that are in memory, too, in the order in which they were written: those of one write together. */

import type { Segment } from './spool-segment.ts'

/** Rows as lines of JSON, and how many they are. */
export interface Lines {
  readonly lines: Buffer
  readonly count: number
}

interface Chunk extends Lines {
  readonly segment: Segment
}

export class HeldLines {
  readonly #chunks: Chunk[] = []
  #length = 0

  /** How many rows are held. */
  get length(): number {
    return this.#length
  }

  add({ lines, count }: Lines, segment: Segment): void {
    if (count === 0) return
    this.#chunks.push({ lines, count, segment })
    this.#length += count
    segment.held += count
  }

  /** What has waited longest: so many rows as were written together, and more up to `limit`. The same ones until they are committed. */
  next(limit: number): Lines {
    let count = 0
    const chunks: Chunk[] = []
    for (const chunk of this.#chunks) {
      if (count > 0 && count + chunk.count > limit) break
      chunks.push(chunk)
      count += chunk.count
    }
    return { lines: Buffer.concat(chunks.map(({ lines }) => lines)), count }
  }

  /** The rows of `next` are stored. @returns the segments that they lie in */
  commit(count: number): ReadonlySet<Segment> {
    const segments = new Set<Segment>()
    for (let left = count; left > 0;) {
      const chunk = this.#chunks.shift()
      if (chunk === undefined) break
      left -= chunk.count
      this.#length -= chunk.count
      chunk.segment.held -= chunk.count
      segments.add(chunk.segment)
    }
    return segments
  }

  clear(): void {
    this.#chunks.length = 0
    this.#length = 0
  }
}
