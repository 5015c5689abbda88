/** A stream of Cohere: typed events, with contents and calls counted apart. */

import { gatewayError, type Destination, type Emit, type GatewayError, type JsonObject, type OpenedBlock, type StreamEvent, type StreamReader } from '../../../core/index.ts'
import { argumentsText, isObject, objectIn } from '../../../core/neutral/arguments.ts'
import { finishWith } from '../../../core/neutral/finish.ts'
import type { Json } from '../../../core/neutral/request.ts'
import { errorIn, finishOf, usageOf } from './facts.ts'

interface Open {
  readonly key: string
  readonly kind: OpenedBlock['type']
  hasText: boolean
}

export class CohereReader implements StreamReader {
  readonly #from: Destination
  /** By what the events call them: `plan`, and the index of a content or of a call. */
  readonly #open = new Map<string, Open>()
  #keys = 0
  #isStarted = false
  #isOver = false
  #hasCalls = false

  constructor(from: Destination) {
    this.#from = from
  }

  read({ data, isDone }: StreamEvent, emit: Emit): void {
    if (this.#isOver || data === undefined || isDone) return
    const event = objectIn(data)
    if (event === undefined) return this.#fail(gatewayError('stream_incomplete', `${this.#from.provider} sent an event that cannot be read`, { provider: this.#from.provider }), emit)
    const { type } = event
    if (typeof type !== 'string') return this.#unnamed(event, emit)
    this.#start(event, emit)
    const delta = member(event, 'delta')
    const message = member(delta, 'message')
    const { index } = event
    switch (type) {
      case 'tool-plan-delta': return this.#say(this.#inside('plan', 'reasoning', emit), text(message['tool_plan']), emit)
      case 'content-start': return this.#begin(`content ${count(index)}`, member(message, 'content'), emit)
      case 'content-delta': return this.#grow(`content ${count(index)}`, member(message, 'content'), emit)
      case 'content-end': return this.#close(`content ${count(index)}`, emit)
      case 'tool-call-start': return this.#call(`call ${count(index)}`, member(message, 'tool_calls'), emit)
      case 'tool-call-delta': return this.#say(this.#open.get(`call ${count(index)}`), argumentsIn(member(message, 'tool_calls')), emit)
      case 'tool-call-end': return this.#close(`call ${count(index)}`, emit)
      case 'citation-start': return this.#cite(message['citations'], emit)
      case 'message-end': return this.#finish(delta, emit)
    }
  }

  /** A stream that lacks its last event is not complete, and nothing is held back. */
  end(): void {}

  #unnamed(event: JsonObject, emit: Emit): void {
    const error = errorIn(event, this.#from.provider)
    if (error !== undefined) this.#fail(error, emit)
  }

  #start({ type, id }: JsonObject, emit: Emit): void {
    if (this.#isStarted) return
    this.#isStarted = true
    emit({ type: 'start', ...(type === 'message-start' && typeof id === 'string' ? { id } : {}) })
  }

  #begin(place: string, content: JsonObject, emit: Emit): void {
    if (content['type'] === 'text' || content['type'] === 'thinking') this.#take(place, { type: content['type'] === 'text' ? 'text' : 'reasoning' }, emit)
    this.#grow(place, content, emit)
  }

  #grow(place: string, { text: said, thinking }: JsonObject, emit: Emit): void {
    if (typeof thinking === 'string' && thinking !== '') this.#say(this.#inside(place, 'reasoning', emit), thinking, emit)
    if (typeof said === 'string' && said !== '') this.#say(this.#inside(place, 'text', emit), said, emit)
  }

  #call(place: string, call: JsonObject, emit: Emit): void {
    this.#close('plan', emit)
    this.#hasCalls = true
    this.#say(this.#take(place, { type: 'tool_call', id: text(call['id']), name: text(member(call, 'function')['name']) }, emit), argumentsIn(call), emit)
  }

  /** Citations come while the text that they are for is open, or for the last one that was. */
  #cite(citations: Json | undefined, emit: Emit): void {
    const open = this.#open.values().find(({ kind }) => kind === 'text')
    const annotations = (Array.isArray(citations) ? citations as readonly Json[] : [citations]).filter(isObject)
    if (open !== undefined && annotations.length > 0) emit({ type: 'meta', key: open.key, annotations })
  }

  #say(open: Open | undefined, said: string, emit: Emit): void {
    if (open === undefined || said === '') return
    open.hasText = true
    emit({ type: 'delta', key: open.key, text: said })
  }

  #inside(place: string, kind: 'text' | 'reasoning', emit: Emit): Open {
    const open = this.#open.get(place)
    return open?.kind === kind ? open : this.#take(place, { type: kind }, emit)
  }

  #take(place: string, block: OpenedBlock, emit: Emit): Open {
    this.#close(place, emit)
    if (place !== 'plan' && block.type !== 'tool_call') this.#close('plan', emit)
    const open: Open = { key: String(this.#keys++), kind: block.type, hasText: false }
    this.#open.set(place, open)
    emit({ type: 'open', key: open.key, block })
    return open
  }

  #close(place: string, emit: Emit): void {
    const open = this.#open.get(place)
    if (open === undefined) return
    this.#open.delete(place)
    if (open.kind === 'tool_call' && !open.hasText) emit({ type: 'delta', key: open.key, text: '{}' })
    emit({ type: 'close', key: open.key })
  }

  #finish({ finish_reason: reason, usage: said, error }: JsonObject, emit: Emit): void {
    const usage = usageOf(said)
    if (usage !== undefined) emit({ type: 'usage', usage })
    try {
      const finish = finishWith(finishOf(reason, this.#from.provider, error), this.#hasCalls)
      for (const place of this.#open.keys()) this.#close(place, emit)
      emit({ type: 'finish', finish })
      emit({ type: 'end' })
      this.#isOver = true
    } catch (failure) {
      this.#fail(failure as GatewayError, emit)
    }
  }

  #fail(error: GatewayError, emit: Emit): void {
    this.#isOver = true
    emit({ type: 'error', error })
  }
}

/** Pieces of the arguments, which may also come as an object at once. */
function argumentsIn(call: JsonObject): string {
  const { arguments: said } = member(call, 'function')
  return typeof said === 'string' ? said : isObject(said) ? argumentsText(said) : ''
}

function member(object: JsonObject, name: string): JsonObject {
  const value = object[name]
  return isObject(value) ? value : {}
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

function count(index: Json | undefined): number {
  return typeof index === 'number' ? index : 0
}
