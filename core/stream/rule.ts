/** The stream taps of a plan, joined into one pass over each event: nobody parses twice, and each text is held back once. */

import { GatewayError, gatewayError } from '../errors.ts'
import { JsonError } from '../document/document.ts'
import type { Exchange } from '../pipeline/exchange.ts'
import type { StreamFormat, StreamText } from '../plugin/dialect.ts'
import { ArgumentsWindow } from './arguments.ts'
import { Borders } from './border-search.ts'
import { StreamEvent } from './event.ts'
import { OpenTaps, type NamedTap, type OnFailure } from './open-taps.ts'
import { RepeatedEvent } from './repeated.ts'
import { TextWindow, type TextGate } from './window.ts'

export { StreamTapError, type NamedTap, type OnFailure } from './open-taps.ts'

const nothing: readonly Buffer[] = []

/** Compiled once for a plan, opened for each stream. */
export class StreamRule {
  readonly taps: readonly NamedTap[]
  readonly #format: StreamFormat
  readonly #onFailure: OnFailure
  readonly #lookbehind: number

  /**
   * @param taps in the order in which they act
   * @param onFailure asked whenever a tap throws
   */
  constructor(taps: readonly NamedTap[], format: StreamFormat, onFailure: OnFailure) {
    this.taps = taps
    this.#format = format
    this.#onFailure = onFailure
    this.#lookbehind = Math.max(0, ...taps.map(({ tap }) => (tap.text === undefined ? 0 : (tap.lookbehind ?? 0))))
  }

  /** @throws StreamTapError */
  open(exchange: Exchange): RunningRule {
    return new RunningRule(new OpenTaps(this.taps, exchange, this.#onFailure), this.#format, this.#lookbehind)
  }
}

/** One text of a stream on its way. */
interface Flow {
  readonly gate: TextGate
  /** The last event that carried it. */
  like: StreamEvent
}

/** A rule at work on one stream. Behind a refusal nothing of the stream may leave any more, and only `close` is to be called. */
export class RunningRule {
  /** The format, with its memory of this stream if it needs one. */
  readonly format: StreamFormat
  readonly #taps: OpenTaps
  readonly #lookbehind: number
  readonly #flows = new Map<string, Flow>()
  /** The last event that said one text and nothing else; undefined where events must stay what they are. */
  readonly #repeated: RepeatedEvent | undefined
  /** The text that it carries. */
  #repeatedFlow: Flow | undefined
  #last: StreamEvent | undefined
  #closed = false

  constructor(taps: OpenTaps, format: StreamFormat, lookbehind: number) {
    this.#taps = taps
    this.format = format.open?.() ?? format
    this.#lookbehind = lookbehind
    this.#repeated = lookbehind > 0 && !taps.observes && this.format.leave === undefined ? new RepeatedEvent() : undefined
  }

  /** The last event with data that was given to `pass`, or one that differs from it in nothing but its text. */
  get last(): StreamEvent | undefined {
    return this.#last
  }

  /**
   * Passes some whole events. Texts are held back and leave in other events than they came in: so of those that differ in nothing but one
   * text, all but the first are one event with all of it, and none of them is parsed.
   * @param leaving is given what leaves, as of `event`
   * @returns the refusal that one of them met; those behind it were not looked at
   * @throws StreamTapError
   * @throws GatewayError stream_incomplete
   */
  pass(region: Buffer, leaving: Buffer[]): GatewayError | undefined {
    const repeated = this.#repeated
    const characters = repeated === undefined ? '' : region.toString('latin1')
    const borders = new Borders(region)
    for (let start = 0; start < region.length;) {
      let text = ''
      const end =
        repeated?.read(characters, start, texts => {
          text = texts.join('')
        }) ?? start
      const border = end > start ? end : borders.next(start)
      const next = border < 0 ? region.length : border
      const left = text === '' || repeated === undefined ? this.#passOne(region.subarray(start, next)) : this.#passMore(text, repeated)
      if (left instanceof GatewayError) return left
      leaving.push(...left)
      start = next
    }
    return undefined
  }

  #passOne(bytes: Buffer): readonly Buffer[] | GatewayError {
    const event = new StreamEvent(bytes)
    if (event.hasData) this.#last = event
    return this.event(event)
  }

  /** More of a text, in events that say nothing else. */
  #passMore(text: string, repeated: RepeatedEvent): readonly Buffer[] | GatewayError {
    const seen = this.#repeatedFlow?.gate.push(text) ?? text
    if (typeof seen !== 'string') return seen
    this.#taps.left()
    return [repeated.with(seen)]
  }

  /**
   * What leaves for an event: itself, as received if no tap changed it, and before it what was held of the texts that it ends;
   * nothing if it was dropped; or the refusal that it met.
   * @throws StreamTapError
   * @throws GatewayError stream_incomplete, if texts are to be read and the event cannot be: what nobody can read must not leave
   */
  event(event: StreamEvent): readonly Buffer[] | GatewayError {
    if (this.#taps.guard) event.document?.unshadow()
    const verdict = this.#taps.observe(event)
    if (verdict !== undefined) return verdict === 'drop' ? nothing : verdict
    const leaving = this.#taps.edit ? this.#edit(event) : [this.#leaving(event)]
    this.#taps.left()
    return leaving
  }

  /** The stream is over: what was held of texts that no event ended. @throws StreamTapError */
  end(): readonly Buffer[] | GatewayError {
    const leaving = this.#endTexts(['*'], [], [])
    this.#taps.left()
    return leaving
  }

  /** Tells each tap that the stream is over, once; however it came to that. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#taps.end()
  }

  #edit(event: StreamEvent): readonly Buffer[] | GatewayError {
    if (event.malformed) throw unreadable()
    try {
      return this.#editTexts(event, this.format.texts(event))
    } catch (cause) {
      throw cause instanceof JsonError ? unreadable(cause) : cause
    }
  }

  #editTexts(event: StreamEvent, texts: readonly StreamText[]): readonly Buffer[] | GatewayError {
    const leaving: string[] = []
    const ends = this.format.ends(event)
    for (const text of texts) {
      const seen = this.#flow(text, event).gate.push(text.text)
      if (typeof seen !== 'string') return seen
      leaving.push(seen)
    }
    this.#learn(event, texts, ends)
    const before = this.#endTexts(ends, texts, leaving)
    if (before instanceof GatewayError) return before
    rewrite(texts, leaving)
    return [...before, this.#leaving(event)]
  }

  #learn(event: StreamEvent, [text, further]: readonly StreamText[], ends: readonly string[]): void {
    if (text === undefined || further !== undefined || event.edits > 0 || ends.some(end => covers(end, text.key))) this.#repeated?.forget()
    else this.#repeated?.learn(event.bytes, text.text)
    this.#repeatedFlow = text === undefined ? undefined : this.#flows.get(text.key)
  }

  #leaving(event: StreamEvent): Buffer {
    this.format.leave?.(event)
    return event.render()
  }

  #flow({ key, channel, isPlain }: StreamText, event: StreamEvent): Flow {
    const known = this.#flows.get(key)
    if (known !== undefined) {
      known.like = event
      return known
    }
    const Gate = channel === 'tool_arguments' && isPlain !== true ? ArgumentsWindow : TextWindow
    const flow = {
      gate: new Gate(
        this.#lookbehind,
        text => this.#taps.text(text, channel),
        text => this.#taps.changed(text, channel),
      ),
      like: event,
    }
    this.#flows.set(key, flow)
    return flow
  }

  /** Lets go of the texts that end: in the event's own text of that key, or in an event before it, which is returned. */
  #endTexts(ends: readonly string[], texts: readonly StreamText[], leaving: string[]): readonly Buffer[] | GatewayError {
    if (ends.length === 0) return nothing
    const before: Buffer[] = []
    for (const [key, { gate, like }] of this.#flows) {
      if (!ends.some(end => covers(end, key))) continue
      this.#flows.delete(key)
      const held = gate.flush()
      if (typeof held !== 'string') return held
      const own = texts.findLastIndex(text => text.key === key)
      if (own >= 0) leaving[own] += held
      else if (held !== '') before.push(Buffer.from(this.format.text(like, key, held)))
    }
    return before
  }
}

function unreadable(cause?: JsonError): GatewayError {
  return gatewayError('stream_incomplete', 'the provider sent an event that cannot be read', { cause })
}

/** Whether a key is the one that ends, or one of all that a pattern like `0/*` names. */
function covers(end: string, key: string): boolean {
  return end.endsWith('*') ? key.startsWith(end.slice(0, -1)) : key === end
}

function rewrite(texts: readonly StreamText[], leaving: readonly string[]): void {
  texts.forEach((text, i) => {
    const as = leaving[i]
    if (as !== undefined && as !== text.text) text.rewrite(as)
  })
}
