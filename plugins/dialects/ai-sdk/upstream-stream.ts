/** The parts of `doStream`, each the data of one event. */

import { gatewayError, type Json, type JsonObject, type StreamEvent } from '../../../core/index.ts'
import type { Emit, OpenedBlock } from '../../../core/neutral/reply.ts'
import type { Destination, StreamReader } from '../../../core/neutral/translation.ts'
import { objectIn } from '../../../core/neutral/arguments.ts'
import { textOf } from '../../../core/neutral/lenient.ts'
import { StreamedAnswer, type OpenBlock } from '../../../core/neutral/streamed-answer.ts'
import { citationOf, errorOf, finishOf, imageOf, optionOf, stateOf, usageOf } from './facts.ts'

export class PartsReader implements StreamReader {
  readonly #from: Destination
  /** By kind, and by what the parts call them. */
  readonly #answer = new StreamedAnswer<string>()
  /** Calls that the vendor runs itself. */
  readonly #hidden = new Set<string>()
  #model: string

  constructor(from: Destination) {
    this.#from = from
    this.#model = from.model
  }

  read({ data }: StreamEvent, emit: Emit): void {
    if (this.#answer.isOver || data === undefined) return
    const part = objectIn(data)
    if (part === undefined)
      return this.#answer.fail(
        gatewayError('stream_incomplete', `${this.#from.provider} sent a part that cannot be read`, { provider: this.#from.provider }),
        emit,
      )
    const id = textOf(part['id'])
    switch (part['type']) {
      case 'response-metadata':
        return this.#start(part, emit)
      case 'text-start':
        return void this.#take(`text ${id}`, { type: 'text' }, emit)
      case 'text-delta':
        return this.#say(this.#inside(`text ${id}`, 'text', emit), part, emit)
      case 'text-end':
        return this.#close(`text ${id}`, part, emit)
      case 'reasoning-start':
        return this.#reason(`reasoning ${id}`, part, emit)
      case 'reasoning-delta':
        return this.#say(this.#inside(`reasoning ${id}`, 'reasoning', emit), part, emit)
      case 'reasoning-end':
        return this.#close(`reasoning ${id}`, part, emit)
      case 'tool-input-start':
        return this.#begin(id, part, emit)
      case 'tool-input-delta':
        return this.#say(this.#answer.at(`call ${id}`), part, emit)
      case 'tool-call':
        return this.#call(part, emit)
      case 'file':
        return this.#show(part, emit)
      case 'source':
        return this.#cite(part, emit)
      case 'finish':
        return this.#finish(part, emit)
      case 'error':
        return this.#answer.fail(errorOf(part['error'], this.#from.provider), emit)
    }
  }

  /** A stream that lacks its last part is not complete, and nothing is held back. */
  end(): void {}

  #start({ id, modelId }: JsonObject, emit: Emit): void {
    if (typeof modelId === 'string' && !this.#answer.hasStarted) this.#model = modelId
    this.#answer.start(emit, { id, model: modelId })
  }

  #take(place: string, block: OpenedBlock, emit: Emit): OpenBlock {
    this.#answer.start(emit)
    return this.#answer.begin(place, block, emit)
  }

  /** Some packages say no beginning. */
  #inside(place: string, kind: 'text' | 'reasoning', emit: Emit): OpenBlock {
    return this.#answer.at(place) ?? this.#take(place, { type: kind }, emit)
  }

  #say(open: OpenBlock | undefined, { delta, providerMetadata: metadata }: JsonObject, emit: Emit): void {
    if (open === undefined) return
    this.#answer.say(open, textOf(delta), emit)
    this.#keep(open, metadata, emit)
  }

  #keep({ key }: OpenBlock, metadata: Json | undefined, emit: Emit): void {
    const state = stateOf(metadata, this.#model)
    if (state !== undefined) emit({ type: 'state', key, state })
  }

  #close(place: string, { providerMetadata: metadata }: JsonObject, emit: Emit): void {
    const open = this.#answer.at(place)
    if (open !== undefined) this.#keep(open, metadata, emit)
    this.#answer.close(place, emit)
  }

  #reason(place: string, { providerMetadata: metadata }: JsonObject, emit: Emit): void {
    const redacted = optionOf(metadata, 'anthropic', 'redactedData')
    const itemId = optionOf(metadata, 'openai', 'itemId')
    this.#take(place, { type: 'reasoning', ...(redacted === undefined ? {} : { redacted }), ...(itemId === undefined ? {} : { itemId }) }, emit)
  }

  #begin(id: string, { toolName, providerExecuted }: JsonObject, emit: Emit): void {
    if (providerExecuted === true) return void this.#hidden.add(id)
    this.#take(`call ${id}`, { type: 'tool_call', id, name: textOf(toolName) }, emit)
  }

  /** The whole call follows its pieces, or stands alone. */
  #call(part: JsonObject, emit: Emit): void {
    const { toolCallId, input, providerExecuted } = part
    const id = textOf(toolCallId)
    if (providerExecuted === true || this.#hidden.has(id)) return
    if (this.#answer.at(`call ${id}`) === undefined) this.#begin(id, part, emit)
    const open = this.#answer.at(`call ${id}`)
    if (open?.hasText === false) this.#say(open, { delta: textOf(input) }, emit)
    this.#close(`call ${id}`, part, emit)
  }

  #show(part: JsonObject, emit: Emit): void {
    const image = imageOf(part)
    if (image === undefined) return
    this.#take('image', image, emit)
    this.#close('image', {}, emit)
  }

  /** Sources that come while a text is open stand on it. */
  #cite(part: JsonObject, emit: Emit): void {
    const citation = citationOf(part)
    const open = this.#answer.first('text')
    if (citation !== undefined && open !== undefined) emit({ type: 'meta', key: open.key, annotations: [citation] })
  }

  #finish({ usage: said, finishReason }: JsonObject, emit: Emit): void {
    this.#answer.start(emit)
    const usage = usageOf(said)
    if (usage !== undefined) emit({ type: 'usage', usage })
    this.#answer.finish(() => finishOf(finishReason, this.#from.provider), emit)
  }
}
