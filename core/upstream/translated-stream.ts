/** A stream on its way from the provider's dialect to the caller's, event by event. */

import type { GatewayError } from '../errors.ts'
import { isObject } from '../neutral/arguments.ts'
import { EmulatedStop } from '../neutral/emulated-stop.ts'
import { parseJson } from '../neutral/json.ts'
import type { Emit, NeutralEvent } from '../neutral/reply.ts'
import type { JsonObject } from '../neutral/request.ts'
import type { StreamReader } from '../neutral/translation.ts'
import type { Usage } from '../neutral/usage.ts'
import { splitEvents } from '../stream/borders.ts'
import { StreamEvent } from '../stream/event.ts'

export interface StreamSteps {
  /** Spells a step in the caller's dialect. */
  write(event: NeutralEvent): string
  used(usage: Usage): void
  readonly stopAt: readonly string[]
  /** The caller's name of a tool. */
  nameOf?(name: string): string
  /** What the vendor says otherwise than its dialect; `undefined` for an event that says nothing. */
  normalize?(json: JsonObject): JsonObject | undefined
  /** An error of the vendor's own making, which its dialect cannot see. */
  fault?(json: JsonObject): GatewayError | undefined
}

export class TranslatedStream {
  /** The error that the provider reported, if it did. */
  error: GatewayError | undefined
  readonly #reader: StreamReader
  readonly #steps: StreamSteps
  readonly #stop: EmulatedStop | undefined
  readonly #emit: Emit
  #out = ''

  constructor(reader: StreamReader, steps: StreamSteps) {
    this.#reader = reader
    this.#steps = steps
    this.#stop = steps.stopAt.length === 0 ? undefined : new EmulatedStop(steps.stopAt, event => this.#say(event))
    this.#emit = this.#stop?.emit ?? (event => this.#say(event))
  }

  /** The answer was ended here, before the provider ended it. */
  get isStopped(): boolean {
    return this.#stop?.found !== undefined
  }

  /** Whole events of the provider as those that the caller gets, which may be none yet. */
  push(events: Buffer): Buffer {
    for (const event of splitEvents(events)) {
      const read = this.#normalized(event)
      if (read !== undefined) this.#reader.read(read, this.#emit)
    }
    return this.#take()
  }

  /** What was held back when the provider's stream is over. */
  end(): Buffer {
    this.#reader.end(this.#emit)
    return this.#take()
  }

  #say(event: NeutralEvent): void {
    if (event.type === 'usage') this.#steps.used(event.usage)
    else if (event.type === 'error') this.error = event.error
    this.#out += this.#steps.write(this.#named(event))
  }

  #named(event: NeutralEvent): NeutralEvent {
    const { nameOf } = this.#steps
    if (nameOf === undefined || event.type !== 'open' || event.block.type !== 'tool_call') return event
    return { ...event, block: { ...event.block, name: nameOf(event.block.name) } }
  }

  #normalized(event: StreamEvent): StreamEvent | undefined {
    const { normalize, fault } = this.#steps
    if (normalize === undefined && fault === undefined || event.isDone || event.data === undefined) return event
    const json = parsed(event.data)
    if (!isObject(json)) return event
    const error = fault?.(json)
    if (error !== undefined) this.#emit({ type: 'error', error })
    if (error !== undefined || normalize === undefined) return error === undefined ? event : undefined
    const normal = normalize(json)
    if (normal === json || normal === undefined) return normal === undefined ? undefined : event
    return new StreamEvent(Buffer.from(`${event.name === undefined ? '' : `event: ${event.name}\n`}data: ${JSON.stringify(normal)}\n\n`))
  }

  #take(): Buffer {
    const out = Buffer.from(this.#out)
    this.#out = ''
    return out
  }
}

function parsed(data: string): unknown {
  try {
    return parseJson(data)
  } catch {
    return undefined
  }
}
