/** Cuts a stream of chunks where server-sent events end, however the chunks fall. */

import { gatewayError } from '../errors.ts'
import { blankLine, Borders, endingOf, type Ending } from './border-search.ts'
import { StreamEvent } from './event.ts'
import { carriageReturn, lineFeed, type Span } from './fields.ts'
import { joinedBytes } from '../joined-bytes.ts'

/** How a stream's bytes are used: sent on as they are, so that a huge event may leave in pieces, or read event by event. */
export type Use = 'relay' | 'read'

const limits = { relay: 256 * 1024, read: 16 * 1024 * 1024 } as const satisfies Record<Use, number>

/**
 * The splitter of one stream. No byte is looked at, or copied, more than a constant number of times; most are never copied.
 * @param use what happens when one event grows over the limit: a `relay` lets its pieces pass, to `read` it is an error
 * @param limitBytes 256 KiB for `relay`, 16 MiB for `read`
 */
export class EventSplitter {
  readonly #use: Use
  readonly #limitBytes: number
  #held: Buffer[] = []
  #heldBytes = 0
  #ending: Ending = 'text'
  #midEvent = false

  constructor(use: Use = 'relay', limitBytes: number = limits[use]) {
    this.#use = use
    this.#limitBytes = limitBytes
  }

  /** Whether an event is unfinished in what was let through: in a relay a piece of a huge one, at the end one without its blank line. */
  get midEvent(): boolean {
    return this.#midEvent
  }

  /**
   * The bytes of all events that are complete now, in one piece; `undefined` if there are none.
   * @throws GatewayError event_too_large
   */
  push(chunk: Buffer): Buffer | undefined {
    if (chunk.length === 0) return undefined
    const border = this.#lastBorder(chunk)
    return border < 0 ? this.#hold(chunk) : this.#cut(chunk, border)
  }

  /** What is left when the stream is over: a last event that lacks its blank line. */
  rest(): Buffer | undefined {
    if (this.#heldBytes === 0) return undefined
    this.#midEvent = this.#ending !== 'half'
    return this.#release()
  }

  /** The end of the last event in a chunk that comes behind what is held; -1 if none ends there. */
  #lastBorder(chunk: Buffer): number {
    if (endsInBlankLine(chunk)) return chunk.length
    const borders = new Borders(chunk)
    let last = -1
    for (let border = borders.next(0, this.#ending); border >= 0; border = borders.next(border)) last = border
    return last
  }

  #cut(chunk: Buffer, border: number): Buffer {
    const all = border === chunk.length
    const whole = this.#release(all ? chunk : chunk.subarray(0, border))
    this.#ending = 'text'
    this.#midEvent = false
    const passing = all ? undefined : this.#hold(chunk.subarray(border))
    return passing === undefined ? whole : Buffer.concat([whole, passing])
  }

  #hold(piece: Buffer): Buffer | undefined {
    this.#ending = endingOf(piece, this.#ending)
    this.#held.push(piece)
    this.#heldBytes += piece.length
    if (this.#heldBytes <= this.#limitBytes) return undefined
    if (this.#use === 'read') throw gatewayError('event_too_large', `the stream has an event of more than ${this.#limitBytes} bytes`)
    this.#midEvent = true
    return this.#release()
  }

  #release(last?: Buffer): Buffer {
    if (last !== undefined && this.#heldBytes === 0) return last
    const pieces = last === undefined ? this.#held : [...this.#held, last]
    this.#held = []
    this.#heldBytes = 0
    return joinedBytes(pieces)
  }
}

/** Cuts whole events, and what may be left behind the last of them, into single events. */
export function splitEvents(region: Buffer): StreamEvent[] {
  const events: StreamEvent[] = []
  const borders = new Borders(region)
  let start = 0
  for (let end = borders.next(0); end >= 0; end = borders.next(end)) {
    events.push(new StreamEvent(region.subarray(start, end)))
    start = end
  }
  if (start < region.length) events.push(new StreamEvent(region.subarray(start)))
  return events
}

/** Whether what is left when a stream is over is a whole event but for its blank line, not one that was cut. */
export function lacksOnlyBlankLine(rest: Buffer): boolean {
  return splitEvents(rest).every(event => event.data !== undefined && !event.malformed)
}

/** The first event that carries data; `undefined` if there are only comments. */
export function firstEvent(region: Buffer): StreamEvent | undefined {
  const borders = new Borders(region)
  let start = 0
  for (let end = borders.next(0); start < region.length; end = borders.next(end)) {
    const event = new StreamEvent(region.subarray(start, end < 0 ? region.length : end))
    if (event.hasData) return event
    if (end < 0) return undefined
    start = end
  }
  return undefined
}

/** The last events of a region, in order; found from its end. */
export function lastEvents(region: Buffer, count: number): StreamEvent[] {
  if (region.includes(carriageReturn)) return splitEvents(region).slice(-count)
  const events: StreamEvent[] = []
  for (let end = region.length; end > 0 && events.length < count;) {
    const start = behindBlankLine(region, end - 3)
    events.push(new StreamEvent(region.subarray(start, end)))
    end = start
  }
  return events.reverse()
}

/** Behind the last blank line whose first line feed stands at `from` or before; 0 if there is none. Most events are one line. */
function behindBlankLine(region: Buffer, from: number): number {
  for (let feed = from + 1; feed > 0; feed--) {
    feed = region.lastIndexOf(lineFeed, feed)
    if (feed > 0 && region[feed - 1] === lineFeed) return feed + 1
  }
  return 0
}

/** The event that the byte at `at` is part of. */
export function eventAround(region: Buffer, at: number): Span {
  const plain = plainEventAround(region, at)
  if (!region.subarray(plain.start, plain.end).includes(carriageReturn)) return plain
  const borders = new Borders(region)
  let start = 0
  for (let end = borders.next(0); end >= 0; end = borders.next(end)) {
    if (at < end) return { start, end }
    start = end
  }
  return { start, end: region.length }
}

function plainEventAround(region: Buffer, at: number): Span {
  const before = at < 2 ? -1 : region.lastIndexOf(blankLine, at - 2)
  const behind = region.indexOf(blankLine, Math.max(at - 1, before + 2))
  return { start: before < 0 ? 0 : before + 2, end: behind < 0 ? region.length : behind + 2 }
}

/** Whether an event ends with these bytes, whatever comes next. */
export function endsInBlankLine(chunk: Buffer): boolean {
  const last = chunk.length - 1
  if (chunk[last] !== lineFeed) return false
  return chunk[last - 1] === lineFeed || (chunk[last - 1] === carriageReturn && chunk[last - 2] === lineFeed)
}
