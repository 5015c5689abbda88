/** The last few events of a stream, kept as bytes and parsed only when somebody asks how it ended or what it cost. */

import { firstEvent, lastEvents } from './borders.ts'
import { StreamEvent } from './event.ts'

const kept = 4
const colon = 0x3a
const data = Buffer.from('data')

/** Keeps the last four regions that carry data, and so at least the last four events. */
export class StreamTail {
  readonly #regions: (Buffer | undefined)[] = []
  #next = 0
  #events: readonly StreamEvent[] | undefined
  readonly #keepsFirst: boolean
  #first: StreamEvent | undefined

  /** @param keepsFirst whether the first event that carries data is kept, too */
  constructor(keepsFirst = false) {
    this.#keepsFirst = keepsFirst
  }

  /** @param region whole events, as a splitter lets them through */
  push(region: Buffer): void {
    if (region[0] === colon && !region.includes(data)) return
    if (this.#keepsFirst && this.#first === undefined) this.#first = copy(firstEvent(region))
    this.#regions[this.#next] = region
    this.#next = (this.#next + 1) % kept
    this.#events = undefined
  }

  /** The last events, in order, comments left out. */
  get events(): readonly StreamEvent[] {
    return this.#events ??= this.#read()
  }

  /** The first event, if it is kept, and the last ones. */
  get ends(): readonly StreamEvent[] {
    return this.#first === undefined ? this.events : [this.#first, ...this.events]
  }

  #read(): readonly StreamEvent[] {
    const regions = [...this.#regions.slice(this.#next), ...this.#regions.slice(0, this.#next)]
    return regions.flatMap(region => region === undefined ? [] : lastEvents(region, kept)).filter(event => !event.isComment)
  }
}

/** Its own few bytes, so that the piece that it came in can go. */
function copy(event: StreamEvent | undefined): StreamEvent | undefined {
  return event === undefined ? undefined : new StreamEvent(Buffer.from(event.bytes))
}
