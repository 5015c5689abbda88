/** A stream as it leaves for its client, kept while it is not too long. */

import type { Clock } from '../../../core/services/clock.ts'
import { splitEvents } from '../../../core/stream/borders.ts'
import type { StreamEvent } from '../../../core/stream/event.ts'

const colon = 0x3a
const mostMarks = 512

/** A recorded stream without what only kept its connection alive. */
export interface Recorded {
  readonly events: readonly StreamEvent[]
  readonly body: Buffer
  /** Where its parts begin, and when they left, flat: byte, milliseconds since the first, byte, milliseconds … */
  readonly marks: readonly number[]
}

export class Recording {
  readonly #clock: Clock
  readonly #limitBytes: number
  #chunks: Buffer[] | undefined = []
  #bytes = 0
  /** When each chunk left. */
  readonly #times: number[] = []

  constructor(clock: Clock, limitBytes: number) {
    this.#clock = clock
    this.#limitBytes = limitBytes
  }

  readonly take = (bytes: Buffer): void => {
    this.#bytes += bytes.length
    if (this.#bytes > this.#limitBytes) this.#drop()
    if (this.#chunks === undefined || bytes.length === 0) return
    this.#chunks.push(bytes)
    this.#times.push(this.#clock.elapsed())
  }

  #drop(): void {
    this.#chunks = undefined
    this.#times.length = 0
  }

  /** Undefined if there was too much. @param keepAlive an event that the gateway may have added, to say that it is there */
  whole(keepAlive?: string): Recorded | undefined {
    if (this.#chunks === undefined) return undefined
    const ping = keepAlive === undefined ? undefined : Buffer.from(keepAlive)
    const moments = this.#moments(splitEvents(Buffer.concat(this.#chunks)), this.#chunks).filter(
      ({ event }) => !isComment(event) && ping?.equals(event.bytes) !== true,
    )
    const events = moments.map(({ event }) => event)
    return { events, body: Buffer.concat(events.map(({ bytes }) => bytes)), marks: marksOf(moments) }
  }

  /** Each event with the time at which its last byte left. */
  #moments(events: readonly StreamEvent[], chunks: readonly Buffer[]): readonly Moment[] {
    let [at, chunk, left] = [0, 0, chunks[0]?.length ?? 0]
    return events.map(event => {
      at += event.bytes.length
      while (left < at) left += chunks[++chunk]?.length ?? at
      return { event, ms: this.#times[chunk] ?? 0 }
    })
  }
}

interface Moment {
  readonly event: StreamEvent
  readonly ms: number
}

function isComment(event: StreamEvent): boolean {
  return event.bytes[0] === colon && event.isComment
}

/** One mark for the events that left together; where there are too many, neighbours are joined. */
function marksOf(moments: readonly Moment[]): readonly number[] {
  const marks: (readonly [at: number, ms: number])[] = []
  let at = 0
  for (const { event, ms } of moments) {
    const sinceFirst = Math.round(ms - (moments[0]?.ms ?? ms))
    if (marks.at(-1)?.[1] !== sinceFirst) marks.push([at, sinceFirst])
    at += event.bytes.length
  }
  const joined = Math.ceil(marks.length / mostMarks)
  return marks.filter((_, index) => index % joined === 0).flat()
}
