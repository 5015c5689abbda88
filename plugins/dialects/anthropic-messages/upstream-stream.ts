/** Reads a stream of Anthropic's, event by event. */

import { gatewayError, type JsonObject, type StreamEvent } from '../../../core/index.ts'
import type { Emit, OpenedBlock } from '../../../core/neutral/reply.ts'
import type { Destination, StreamReader } from '../../../core/neutral/translation.ts'
import { argumentsText, isObject, objectIn } from '../../../core/neutral/arguments.ts'
import { parseExactly } from '../../../core/neutral/json.ts'
import { defined } from '../../../core/neutral/members.ts'
import { StreamedAnswer, type OpenBlock } from '../../../core/neutral/streamed-answer.ts'
import { addUnknown, furtherIn } from '../../../core/neutral/unknown.ts'
import { vendorError } from './errors.ts'
import { finishOf } from './stop-reason.ts'
import { explanationOf, isJsonTool, known, knownInBlocks, knownInUsage, readTypes, stateOf } from './upstream-reply.ts'
import { laterUsage, readUsage, usageAtStart } from './usage.ts'

const knownInDeltas = new Set(['type', 'text', 'thinking', 'partial_json', 'signature', 'citation'])

export class MessagesReader implements StreamReader {
  readonly repeats = true
  readonly lost = new Set<string>()
  readonly #from: Destination
  readonly #answer = new StreamedAnswer<unknown>()
  #model: string
  #usage: object | undefined
  #usageExtras: JsonObject | undefined
  #stop: JsonObject = {}
  #extras: JsonObject | undefined

  constructor(from: Destination) {
    this.#from = from
    this.#model = from.model
  }

  read(event: StreamEvent, emit: Emit): void {
    const { data } = event
    if (this.#answer.isOver || data === undefined || event.isDone) return
    const json = objectIn(data)
    if (json === undefined)
      return this.#answer.fail(
        gatewayError('stream_incomplete', `${this.#from.provider} sent an event that cannot be read`, { provider: this.#from.provider }),
        emit,
      )
    switch (json['type'] ?? event.name) {
      case 'message_start':
        return this.#start(isObject(json['message']) ? json['message'] : {}, data, emit)
      case 'content_block_start':
        return this.#begin(json, data, emit)
      case 'content_block_delta':
        return this.#grow(json, emit)
      case 'content_block_stop':
        return this.#answer.close(json['index'], emit)
      case 'message_delta':
        return this.#tell(json, data, emit)
      case 'message_stop':
        return this.#finish(emit)
      case 'error':
        return this.#answer.fail(vendorError(json['error'] ?? json, this.#from.provider), emit)
      default:
        if (isObject(json['error'])) this.#answer.fail(vendorError(json['error'], this.#from.provider), emit)
    }
  }

  /** A message whose reason to stop is known is complete. */
  end(emit: Emit): void {
    if (typeof this.#stop['stop_reason'] === 'string') this.#finish(emit)
  }

  #start(message: JsonObject, data: string, emit: Emit): void {
    const { id, model, usage } = message
    if (this.#answer.hasStarted) return
    if (typeof model === 'string') this.#model = model
    this.#answer.start(emit, { id, model, extras: furtherIn(data, message, known, 'message') })
    this.#count(usageAtStart(usage), emit, isObject(usage) ? furtherIn(data, usage, knownInUsage, 'message', 'usage') : undefined)
  }

  #begin({ index, content_block: block }: JsonObject, data: string, emit: Emit): void {
    if (!isObject(block)) return
    if (readTypes.has(block['type'])) addUnknown(this.lost, 'content', block, knownInBlocks)
    this.#answer.start(emit)
    const opened = openingOf(block, this.#from)
    if (opened === undefined) return this.#answer.close(index, emit)
    const isTool = opened.type === 'tool_call' || isJsonTool(block['name'], this.#from)
    const open = this.#answer.begin(index, opened, emit, isTool ? inputOf(block, data) : '')
    this.#say(open, block['text'] ?? block['thinking'], emit)
    this.#sign(open, block['signature'], emit)
  }

  #grow({ index, delta }: JsonObject, emit: Emit): void {
    const open = this.#answer.at(index)
    if (open === undefined || !isObject(delta)) return
    addUnknown(this.lost, 'content', delta, knownInDeltas)
    switch (delta['type']) {
      case 'text_delta':
        return this.#say(open, delta['text'], emit)
      case 'thinking_delta':
        return this.#say(open, delta['thinking'], emit)
      case 'input_json_delta':
        return this.#say(open, delta['partial_json'], emit)
      case 'signature_delta':
        return this.#sign(open, delta['signature'], emit)
      case 'citations_delta':
        if (delta['citation'] !== undefined && open.block.type === 'text') emit({ type: 'meta', key: open.key, annotations: [delta['citation']] })
    }
  }

  #tell({ delta, usage }: JsonObject, data: string, emit: Emit): void {
    if (isObject(delta)) {
      this.#extras = furtherIn(data, delta, known, 'delta') ?? this.#extras
      this.#stop = { ...this.#stop, ...delta }
    }
    this.#count(usage, emit, isObject(usage) ? furtherIn(data, usage, knownInUsage, 'usage') : undefined)
  }

  #finish(emit: Emit): void {
    if (this.#answer.isOver) return
    this.#answer.start(emit)
    this.#answer.closeAll(emit)
    const { stop_reason: reason, stop_sequence: sequence, stop_details: details } = this.#stop
    this.#refuse(explanationOf(reason, details), emit)
    this.#answer.finish(
      () => finishOf(reason),
      emit,
      defined<object>({ stopSequence: typeof sequence === 'string' ? sequence : undefined, extras: this.#extras }),
    )
  }

  #refuse(text: string | undefined, emit: Emit): void {
    if (text === undefined) return
    emit({ type: 'open', key: 'refusal', block: { type: 'refusal' } })
    emit({ type: 'delta', key: 'refusal', text })
    emit({ type: 'close', key: 'refusal' })
  }

  #say(open: OpenBlock, text: unknown, emit: Emit): void {
    if (typeof text === 'string') this.#answer.say(open, text, emit)
  }

  #sign(open: OpenBlock, signature: unknown, emit: Emit): void {
    const state = open.block.type === 'reasoning' ? stateOf(signature, this.#model) : undefined
    if (state !== undefined) emit({ type: 'state', key: open.key, state })
  }

  #count(usage: unknown, emit: Emit, extras: JsonObject | undefined): void {
    if (!isObject(usage)) return
    this.#usage = laterUsage(this.#usage, usage)
    if (extras !== undefined) this.#usageExtras = { ...this.#usageExtras, ...extras }
    const counted = readUsage(this.#usage)
    if (counted !== undefined) emit({ type: 'usage', usage: counted, ...(this.#usageExtras === undefined ? {} : { extras: this.#usageExtras }) })
  }
}

function openingOf(block: JsonObject, from: Destination): OpenedBlock | undefined {
  const { type, data, id, name } = block
  switch (type) {
    case 'text':
      return { type: 'text' }
    case 'thinking':
      return { type: 'reasoning', isSummary: true }
    case 'redacted_thinking':
      return typeof data === 'string' ? { type: 'reasoning', redacted: data } : undefined
    case 'tool_use':
      return isJsonTool(name, from) ? { type: 'text' } : { type: 'tool_call', id: typeof id === 'string' ? id : '', name: typeof name === 'string' ? name : '' }
    default:
      return undefined
  }
}

/** @param data the event, in which numbers are spelled as they came */
function inputOf({ input }: JsonObject, data: string): string {
  if (!isObject(input) || Object.keys(input).length === 0) return '{}'
  const { content_block: block } = parseExactly(data) as { readonly content_block: JsonObject }
  return argumentsText(block['input'] ?? {})
}
