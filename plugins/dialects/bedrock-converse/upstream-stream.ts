/** A stream of Converse: frames, which arrive as events of their names. */

import { gatewayError, type JsonObject, type StreamEvent } from '../../../core/index.ts'
import type { Emit } from '../../../core/neutral/reply.ts'
import type { Destination, StreamReader } from '../../../core/neutral/translation.ts'
import { isObject, objectIn } from '../../../core/neutral/arguments.ts'
import { objectOf, textOf } from '../../../core/neutral/lenient.ts'
import { defined, restOf } from '../../../core/neutral/members.ts'
import { StreamedAnswer } from '../../../core/neutral/streamed-answer.ts'
import { furtherIn } from '../../../core/neutral/unknown.ts'
import { exceptionError, finishOf, stopSequenceOf, usageOf } from './facts.ts'
import { jsonTool, usesJsonTool } from './output.ts'
import { knownInUsage, stateOf, tierOf } from './upstream-reply.ts'

/** With what fills frames up, so that their length tells nothing. */
const knownInMetadata = new Set(['usage', 'metrics', 'serviceTier', 'p'])

export class ConverseReader implements StreamReader {
  readonly #from: Destination
  readonly #answer = new StreamedAnswer<number>()
  /** What the frame said with which the message ended; it is not the last. */
  #stop: JsonObject | undefined
  #tier: string | undefined
  #extras: JsonObject | undefined

  constructor(from: Destination) {
    this.#from = from
  }

  read(event: StreamEvent, emit: Emit): void {
    const { name, data } = event
    if (this.#answer.isOver || name === undefined || data === undefined) return
    const payload = objectIn(data)
    if (payload === undefined)
      return this.#answer.fail(
        gatewayError('stream_incomplete', `${this.#from.provider} sent an event that cannot be read`, { provider: this.#from.provider }),
        emit,
      )
    if (name === 'exception') return this.#answer.fail(exceptionError(payload, this.#from.provider), emit)
    this.#answer.start(emit)
    switch (name) {
      case 'contentBlockStart':
        return this.#begin(indexOf(payload), objectOf(payload['start']), emit)
      case 'contentBlockDelta':
        return this.#grow(indexOf(payload), objectOf(payload['delta']), emit)
      case 'contentBlockStop':
        return this.#answer.close(indexOf(payload), emit)
      case 'messageStop':
        this.#stop = payload
        return
      case 'metadata':
        return this.#conclude(payload, data, emit)
    }
  }

  end(emit: Emit): void {
    if (!this.#answer.isOver) this.#finish(emit)
  }

  /** Only calls are announced; other blocks begin with their first delta. */
  #begin(index: number, start: JsonObject, emit: Emit): void {
    const { toolUse: call } = start
    if (!isObject(call)) return
    const isJson = call['name'] === jsonTool && usesJsonTool(this.#from)
    this.#answer.begin(index, isJson ? { type: 'text' } : { type: 'tool_call', id: textOf(call['toolUseId']), name: textOf(call['name']) }, emit)
  }

  #grow(index: number, delta: JsonObject, emit: Emit): void {
    const { text: said, toolUse: call, reasoningContent: reasoning } = delta
    if (typeof said === 'string') this.#answer.say(this.#answer.inside(index, 'text', emit), said, emit)
    else if (isObject(call)) this.#answer.say(this.#answer.at(index), textOf(call['input']), emit)
    else if (isObject(reasoning)) this.#reason(index, reasoning, emit)
  }

  #reason(index: number, { text: said, signature, redactedContent: redacted }: JsonObject, emit: Emit): void {
    if (typeof said === 'string' && said !== '') this.#answer.say(this.#answer.inside(index, 'reasoning', emit), said, emit)
    if (typeof signature === 'string' && signature !== '')
      emit({ type: 'state', key: this.#answer.inside(index, 'reasoning', emit).key, state: stateOf(signature, this.#from) })
    if (typeof redacted !== 'string' || redacted === '') return
    const { key } = this.#answer.begin(index, { type: 'reasoning', redacted }, emit)
    const state = stateOf('', this.#from)
    if (state.vendor !== 'anthropic') emit({ type: 'state', key, state })
  }

  #conclude(metadata: JsonObject, data: string, emit: Emit): void {
    const usage = usageOf(metadata['usage'])
    const extras = isObject(metadata['usage']) ? restOf(metadata['usage'], knownInUsage) : undefined
    if (usage !== undefined) emit(extras === undefined ? { type: 'usage', usage } : { type: 'usage', usage, extras })
    this.#tier = tierOf(metadata)
    this.#extras = furtherIn(data, metadata, knownInMetadata)
    this.#finish(emit)
  }

  /** Says why the answer ended, if the provider said that it did. */
  #finish(emit: Emit): void {
    if (this.#stop === undefined) return
    const { stopReason, additionalModelResponseFields: fields } = this.#stop
    this.#answer.closeAll(emit)
    this.#answer.finish(
      () => finishOf(stopReason, this.#from.provider),
      emit,
      defined<object>({
        stopSequence: stopSequenceOf(fields),
        serviceTier: this.#tier,
        extras: this.#extras,
      }),
    )
  }
}

function indexOf({ contentBlockIndex: index }: JsonObject): number {
  return typeof index === 'number' ? index : 0
}
