/** A stream of Converse: frames, which arrive as events of their names. */

import { gatewayError, type Destination, type Emit, type GatewayError, type JsonObject, type OpenedBlock, type StreamEvent, type StreamReader } from '../../../core/index.ts'
import { isObject, objectIn } from '../../../core/neutral/arguments.ts'
import { finishWith } from '../../../core/neutral/finish.ts'
import type { Json } from '../../../core/neutral/request.ts'
import { exceptionError, finishOf, stopSequenceOf, usageOf } from './facts.ts'
import { jsonTool, usesJsonTool } from './output.ts'
import { stateOf } from './upstream-reply.ts'

interface Open {
  readonly key: string
  readonly kind: 'text' | 'reasoning' | 'redacted' | 'tool_call'
  hasText: boolean
}

export class ConverseReader implements StreamReader {
  readonly #from: Destination
  readonly #open = new Map<number, Open>()
  #isStarted = false
  #isOver = false
  #hasCalls = false
  #keys = 0
  /** What the frame said with which the message ended; it is not the last. */
  #stop: JsonObject | undefined

  constructor(from: Destination) {
    this.#from = from
  }

  read(event: StreamEvent, emit: Emit): void {
    const { name, data } = event
    if (this.#isOver || name === undefined || data === undefined) return
    const payload = objectIn(data)
    if (payload === undefined) return this.#fail(gatewayError('stream_incomplete', `${this.#from.provider} sent an event that cannot be read`, { provider: this.#from.provider }), emit)
    if (name === 'exception') return this.#fail(exceptionError(payload, this.#from.provider), emit)
    this.#start(emit)
    switch (name) {
      case 'contentBlockStart': return this.#begin(indexOf(payload), member(payload, 'start'), emit)
      case 'contentBlockDelta': return this.#grow(indexOf(payload), member(payload, 'delta'), emit)
      case 'contentBlockStop': return this.#close(indexOf(payload), emit)
      case 'messageStop': this.#stop = payload; return
      case 'metadata': return this.#conclude(payload, emit)
    }
  }

  end(emit: Emit): void {
    if (!this.#isOver) this.#finish(emit)
  }

  #start(emit: Emit): void {
    if (this.#isStarted) return
    this.#isStarted = true
    emit({ type: 'start' })
  }

  /** Only calls are announced; other blocks begin with their first delta. */
  #begin(index: number, start: JsonObject, emit: Emit): void {
    const { toolUse: call } = start
    if (!isObject(call)) return
    if (call['name'] === jsonTool && usesJsonTool(this.#from)) {
      this.#take(index, 'text', { type: 'text' }, emit)
      return
    }
    this.#hasCalls = true
    this.#take(index, 'tool_call', { type: 'tool_call', id: text(call['toolUseId']), name: text(call['name']) }, emit)
  }

  #grow(index: number, delta: JsonObject, emit: Emit): void {
    const { text: said, toolUse: call, reasoningContent: reasoning } = delta
    if (typeof said === 'string') this.#say(this.#inside(index, 'text', emit), said, emit)
    else if (isObject(call)) this.#say(this.#open.get(index), text(call['input']), emit)
    else if (isObject(reasoning)) this.#reason(index, reasoning, emit)
  }

  #reason(index: number, { text: said, signature, redactedContent: redacted }: JsonObject, emit: Emit): void {
    if (typeof said === 'string' && said !== '') this.#say(this.#inside(index, 'reasoning', emit), said, emit)
    if (typeof signature === 'string' && signature !== '') emit({ type: 'state', key: this.#inside(index, 'reasoning', emit).key, state: stateOf(signature, this.#from) })
    if (typeof redacted !== 'string' || redacted === '') return
    const { key } = this.#take(index, 'redacted', { type: 'reasoning', redacted }, emit)
    const state = stateOf('', this.#from)
    if (state.vendor !== 'anthropic') emit({ type: 'state', key, state })
  }

  #say(open: Open | undefined, said: string, emit: Emit): void {
    if (open === undefined || said === '') return
    open.hasText = true
    emit({ type: 'delta', key: open.key, text: said })
  }

  /** The open block of this index if it is of this kind, else a new one. */
  #inside(index: number, kind: 'text' | 'reasoning', emit: Emit): Open {
    const open = this.#open.get(index)
    return open?.kind === kind ? open : this.#take(index, kind, { type: kind }, emit)
  }

  #take(index: number, kind: Open['kind'], block: OpenedBlock, emit: Emit): Open {
    this.#close(index, emit)
    const open: Open = { key: String(this.#keys++), kind, hasText: false }
    this.#open.set(index, open)
    emit({ type: 'open', key: open.key, block })
    return open
  }

  #close(index: number, emit: Emit): void {
    const open = this.#open.get(index)
    if (open === undefined) return
    this.#open.delete(index)
    if (open.kind === 'tool_call' && !open.hasText) emit({ type: 'delta', key: open.key, text: '{}' })
    emit({ type: 'close', key: open.key })
  }

  #conclude(metadata: JsonObject, emit: Emit): void {
    const usage = usageOf(metadata['usage'])
    if (usage !== undefined) emit({ type: 'usage', usage })
    this.#finish(emit)
  }

  /** Says why the answer ended, if the provider said that it did. */
  #finish(emit: Emit): void {
    if (this.#stop === undefined) return
    for (const index of this.#open.keys()) this.#close(index, emit)
    try {
      const finish = finishWith(finishOf(this.#stop['stopReason'], this.#from.provider), this.#hasCalls)
      const stopSequence = stopSequenceOf(this.#stop['additionalModelResponseFields'])
      emit({ type: 'finish', finish, ...(stopSequence === undefined ? {} : { stopSequence }) })
      emit({ type: 'end' })
      this.#isOver = true
    } catch (error) {
      this.#fail(error as GatewayError, emit)
    }
  }

  #fail(error: GatewayError, emit: Emit): void {
    this.#isOver = true
    emit({ type: 'error', error })
  }
}

function indexOf({ contentBlockIndex: index }: JsonObject): number {
  return typeof index === 'number' ? index : 0
}

function member(payload: JsonObject, name: string): JsonObject {
  const value = payload[name]
  return isObject(value) ? value : {}
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}
