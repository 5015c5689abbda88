/** A stream on its way from the provider's dialect to the caller's, event by event. */

import type { GatewayError } from '../../errors.ts'
import { isObject } from '../../neutral/arguments.ts'
import { EmulatedStop } from '../../neutral/emulated-stop.ts'
import { tryJson } from '../../neutral/json.ts'
import type { Emit, NeutralEvent } from '../../neutral/reply.ts'
import type { JsonObject } from '../../neutral/request.ts'
import type { StreamReader } from '../../neutral/translation.ts'
import type { Usage } from '../../neutral/usage.ts'
import { Borders } from '../../stream/border-search.ts'
import { splitEvents } from '../../stream/borders.ts'
import { StreamEvent } from '../../stream/event.ts'
import type { Ending } from '../reply.ts'
import { RepeatedEvent } from '../../stream/repeated.ts'

export interface StreamSteps {
  /** Spells a step in the caller's dialect. */
  write(event: NeutralEvent): string
  /** The same for many deltas at once, where the dialect can. */
  pieces(key: string, texts: readonly string[]): string | undefined
  /** What could not be spelled so: the caller has been told. */
  failure(): GatewayError | undefined
  used(usage: Usage): void
  /** What the provider said that has no place in another dialect, by its path. */
  lost(field: string): void
  readonly stopAt: readonly string[]
  /** An estimate of the prompt's, for an answer that is stopped. */
  readonly promptTokens: number | undefined
  /** The caller's name of a tool. */
  nameOf?(name: string): string
  /** What the vendor says otherwise than its dialect; `undefined` for an event that says nothing. */
  normalize?(json: JsonObject): JsonObject | undefined
  /** An error of the vendor's own making, which its dialect cannot see. */
  fault?(json: JsonObject): GatewayError | undefined
}

const nothing = { key: '', text: '' }

export class TranslatedStream {
  /** How it ended, as far as it has been read; `cut` while it goes on. */
  ending: Ending = 'cut'
  /** The error that ended it for the caller: the provider reported it, or what it said could not be spelled. */
  error: GatewayError | undefined
  readonly #reader: StreamReader
  readonly #steps: StreamSteps
  readonly #stop: EmulatedStop | undefined
  readonly #emit: Emit
  readonly #heard: Emit
  readonly #repeated: RepeatedEvent | undefined
  /** What the event that is being read has said: how much, and which text. */
  #said = 0
  #last: { readonly key: string; readonly text: string } = nothing
  #lost = 0
  #out = ''

  constructor(reader: StreamReader, steps: StreamSteps) {
    this.#reader = reader
    this.#steps = steps
    this.#stop = steps.stopAt.length === 0 ? undefined : new EmulatedStop(steps.stopAt, event => this.#say(event), steps.promptTokens)
    this.#emit = this.#stop?.emit ?? (event => this.#say(event))
    this.#repeated = reader.repeats === true && steps.normalize === undefined ? new RepeatedEvent() : undefined
    this.#heard = this.#repeated === undefined ? this.#emit : event => this.#hear(event)
  }

  /** The answer was ended here, before the provider ended it. */
  get isStopped(): boolean {
    return this.#stop?.found !== undefined
  }

  /** Whole events of the provider as those that the caller gets, which may be none yet. */
  push(events: Buffer): Buffer {
    if (this.#repeated === undefined) for (const event of splitEvents(events)) this.#read(event)
    else this.#readRepeated(this.#repeated, events)
    return this.#take()
  }

  /** What was held back when the provider's stream is over. */
  end(): Buffer {
    this.#reader.end(this.#emit)
    return this.#take()
  }

  #read(event: StreamEvent): void {
    const read = this.#normalized(event)
    if (read !== undefined) this.#reader.read(read, this.#heard)
  }

  /** Of events that are alike but for their text only the first is read. */
  #readRepeated(repeated: RepeatedEvent, events: Buffer): void {
    const region = events.toString('latin1')
    const borders = new Borders(events)
    for (let at = 0; at < events.length;) {
      const { key } = this.#last
      at = repeated.read(region, at, (texts, arePlain) => this.#repeat(key, texts, arePlain))
      if (at === events.length) return
      const border = borders.next(at)
      const event = new StreamEvent(events.subarray(at, border < 0 ? events.length : border))
      this.#last = nothing
      this.#said = 0
      this.#read(event)
      if (this.#said === 1 && this.#last !== nothing) repeated.learn(event.bytes, this.#last.text)
      else repeated.forget()
      at += event.bytes.length
    }
  }

  /** Further deltas of a block. */
  #repeat(key: string, texts: readonly string[], arePlain: boolean): void {
    const pieces = arePlain && this.#stop === undefined ? this.#steps.pieces(key, texts) : undefined
    if (pieces !== undefined) this.#out += pieces
    else for (const text of texts) this.#emit({ type: 'delta', key, text })
  }

  #hear(event: NeutralEvent): void {
    this.#said += 1
    if (event.type === 'delta') this.#last = event
    this.#emit(event)
  }

  #say(event: NeutralEvent): void {
    if (event.type === 'usage' && event.isEstimated !== true) this.#steps.used(event.usage)
    else if (event.type === 'end') this.ending = 'complete'
    else if (event.type === 'error') this.#fail(event.error)
    this.#out += this.#steps.write(this.#named(event))
  }

  #fail(error: GatewayError): void {
    this.error = error
    this.ending = 'failed'
  }

  #named(event: NeutralEvent): NeutralEvent {
    const { nameOf } = this.#steps
    if (nameOf === undefined || event.type !== 'open' || event.block.type !== 'tool_call') return event
    return { ...event, block: { ...event.block, name: nameOf(event.block.name) } }
  }

  #normalized(event: StreamEvent): StreamEvent | undefined {
    const { normalize, fault } = this.#steps
    if ((normalize === undefined && fault === undefined) || event.isDone || event.data === undefined) return event
    const json = tryJson(event.data)
    if (!isObject(json)) return event
    const error = fault?.(json)
    if (error !== undefined) this.#emit({ type: 'error', error })
    if (error !== undefined || normalize === undefined) return error === undefined ? event : undefined
    const normal = normalize(json)
    if (normal === json || normal === undefined) return normal === undefined ? undefined : event
    return new StreamEvent(Buffer.from(`${event.name === undefined ? '' : `event: ${event.name}\n`}data: ${JSON.stringify(normal)}\n\n`))
  }

  #tellLost(lost: ReadonlySet<string>): void {
    for (const field of [...lost].slice(this.#lost)) this.#steps.lost(field)
    this.#lost = lost.size
  }

  #take(): Buffer {
    const { lost } = this.#reader
    if (lost !== undefined && lost.size > this.#lost) this.#tellLost(lost)
    const failure = this.#steps.failure()
    if (failure !== undefined && this.error === undefined) this.#fail(failure)
    const out = Buffer.from(this.#out)
    this.#out = ''
    return out
  }
}
