/** The last few events of a stream, kept as bytes and parsed only when somebody asks how it ended or what it cost. */

import { Borders, endingOf, type Ending } from './border-search.ts'
import { endsInBlankLine, firstEvent, lastEvents } from './borders.ts'
import { StreamEvent } from './event.ts'
import { carriageReturn, lineFeed } from './fields.ts'

const kept = 4
const colon = 0x3a
const data = Buffer.from('data')
/** What is kept of an event that comes in pieces: so much of its beginning and of its end. */
const keptOfHuge = { head: 1024, end: 8 * 1024 } as const

/** An event that is too large to be held, as far as it has come. */
interface Huge {
  /** Its region. */
  readonly at: number
  /** The region to the beginning of the event, and some of that. */
  readonly head: Buffer
  end: Buffer
  ending: Ending
}

/** Keeps the last four regions that carry data, and so at least the last four events; of one that came in pieces only its beginning and its end. */
export class StreamTail {
  readonly #regions: (Buffer | undefined)[] = []
  #next = 0
  #events: readonly StreamEvent[] | undefined
  readonly #keepsFirst: boolean
  #first: StreamEvent | undefined
  #huge: Huge | undefined

  /** @param keepsFirst whether the first event that carries data is kept, too */
  constructor(keepsFirst = false) {
    this.#keepsFirst = keepsFirst
  }

  /** @param region whole events, or a piece of a huge one, as a splitter lets them through */
  push(region: Buffer): void {
    if (this.#huge !== undefined) return this.#continue(this.#huge, region)
    if (region[0] === colon && !region.includes(data)) return
    if (this.#keepsFirst && this.#first === undefined) this.#first = copy(firstEvent(region))
    if (!isWhole(region)) this.#huge = { at: this.#next, head: headOf(region), end: Buffer.alloc(0), ending: endingOf(region, 'text') }
    this.#regions[this.#next] = region
    this.#next = (this.#next + 1) % kept
    this.#events = undefined
  }

  #continue(huge: Huge, region: Buffer): void {
    const border = new Borders(region).next(0, huge.ending)
    huge.end = Buffer.concat([huge.end, border < 0 ? region : region.subarray(0, border)]).subarray(-keptOfHuge.end)
    huge.ending = endingOf(region, huge.ending)
    this.#regions[huge.at] = Buffer.concat([huge.head, huge.end])
    this.#events = undefined
    if (border < 0) return
    this.#huge = undefined
    if (border < region.length) this.push(region.subarray(border))
  }

  /** Whether the last event is there to its end. */
  get isWhole(): boolean {
    return this.#huge === undefined
  }

  /** The last events, in order, comments left out. */
  get events(): readonly StreamEvent[] {
    return (this.#events ??= this.#read())
  }

  /** The first event, if it is kept, and the last ones. */
  get ends(): readonly StreamEvent[] {
    return this.#first === undefined ? this.events : [this.#first, ...this.events]
  }

  #read(): readonly StreamEvent[] {
    const found: StreamEvent[] = []
    for (let i = 0; i < kept; i++) {
      const region = this.#regions[(this.#next + i) % kept]
      if (region === undefined) continue
      for (const event of lastEvents(region, kept)) if (!event.isComment) found.push(event)
    }
    return found
  }
}

/** Whether a region ends where an event does. */
function isWhole(region: Buffer): boolean {
  if (endsInBlankLine(region)) return true
  const before = region.at(-2)
  return region.at(-1) === carriageReturn && (before === carriageReturn || before === lineFeed)
}

function headOf(region: Buffer): Buffer {
  const [last] = lastEvents(region, 1)
  const start = region.length - (last?.bytes.length ?? 0)
  return region.subarray(0, start + keptOfHuge.head)
}

/** Its own few bytes, so that the piece that it came in can go. */
function copy(event: StreamEvent | undefined): StreamEvent | undefined {
  return event === undefined ? undefined : new StreamEvent(Buffer.from(event.bytes))
}
