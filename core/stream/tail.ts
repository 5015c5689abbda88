/** The last few events of a stream, kept as bytes and parsed only when somebody asks how it ended or what it cost. */

import { splitEvents } from './borders.ts'
import type { StreamEvent } from './event.ts'

const kept = 4
const colon = 0x3a
const data = Buffer.from('data')

/** Keeps the last four regions that carry data. */
export class StreamTail {
  readonly #regions: (Buffer | undefined)[] = []
  #next = 0

  /** @param region whole events, as a splitter lets them through */
  push(region: Buffer): void {
    if (region[0] === colon && !region.includes(data)) return
    this.#regions[this.#next] = region
    this.#next = (this.#next + 1) % kept
  }

  /** The events kept, in order, comments left out; at least the last four of the stream. */
  get events(): readonly StreamEvent[] {
    const regions = [...this.#regions.slice(this.#next), ...this.#regions.slice(0, this.#next)]
    return regions.flatMap(region => region === undefined ? [] : splitEvents(region)).filter(event => !event.isComment)
  }
}
