/** Reads a provider's stream of a response. */

import { gatewayError, type GatewayError } from '../../../core/errors.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import { isBlank } from '../../../core/neutral/blank.ts'
import { tryJson } from '../../../core/neutral/json.ts'
import { objectsOf } from '../../../core/neutral/lenient.ts'
import { defined } from '../../../core/neutral/members.ts'
import type { Emit, OpenedBlock, ReplyBlock } from '../../../core/neutral/reply.ts'
import type { Json, JsonObject } from '../../../core/neutral/request.ts'
import type { Destination, StreamReader } from '../../../core/neutral/translation.ts'
import { addUnknown, furtherIn, StreamedExtras } from '../../../core/neutral/unknown.ts'
import type { StreamEvent } from '../../../core/stream/event.ts'
import { argumentsOf, blocksOf, callId, errorOf, finishOf, known, knownInItems, knownInUsage, readTypes, textOf } from './upstream-reply.ts'
import { readUsage } from './usage.ts'

/** What has been read of an item. */
interface Item {
  readonly index: number
  value: JsonObject
  /** The blocks that were opened for it, by part. */
  readonly blocks: Map<string, Block>
  isDone: boolean
}

interface Block {
  readonly key: string
  /** The arguments of a function: space before them says nothing. */
  readonly isArguments: boolean
  text: string
  isClosed: boolean
}

/** The reader of one stream. */
export class ResponseReader implements StreamReader {
  readonly lost = new Set<string>()
  readonly #from: Destination
  readonly #items = new Map<number, Item>()
  #keys = 0
  #started = false
  readonly #extras = new StreamedExtras()
  /** The event that is being read, in JSON. */
  #data = ''
  #isOver = false
  #hasCalls = false
  #hasRefusal = false

  constructor(from: Destination) {
    this.#from = from
  }

  read(event: StreamEvent, emit: Emit): void {
    if (this.#isOver || event.data === undefined || event.isDone) return
    this.#data = event.data
    const json = tryJson(event.data)
    if (isObject(json)) this.#readEvent(json, typeOf(json, event), emit)
    else this.#fail(gatewayError('stream_incomplete', 'upstream stream sent an event that cannot be read', { provider: this.#from.provider }), emit)
  }

  end(): void {}

  #readEvent(json: JsonObject, type: string, emit: Emit): void {
    switch (type) {
      case 'response.created':
      case 'response.queued':
      case 'response.in_progress':
        return this.#start(json, emit)
      case 'response.output_item.added':
        return this.#begin(json, emit)
      case 'response.output_text.delta':
        return this.#piece(json, 'text', emit)
      case 'response.refusal.delta':
        return this.#piece(json, 'refusal', emit)
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        return this.#argument(json, textOf(json['delta']), emit)
      case 'response.function_call_arguments.done':
        return this.#rest(json, argumentsOf(json['arguments']), emit)
      case 'response.custom_tool_call_input.done':
        return this.#rest(json, argumentsOf(json['input']), emit)
      case 'response.reasoning_summary_text.delta':
        return this.#think(json, true, emit)
      case 'response.reasoning_text.delta':
        return this.#think(json, false, emit)
      case 'response.output_text.annotation.added':
        return this.#annotate(json, emit)
      case 'response.output_item.done':
        return isObject(json['item']) ? this.#done(indexOf(json, 'output_index'), json['item'], emit) : undefined
      case 'response.completed':
      case 'response.incomplete':
        return this.#finish({ status: type.slice('response.'.length), ...(isObject(json['response']) ? json['response'] : {}) }, emit)
      case 'response.failed':
        return this.#fail(this.#faultOf(isObject(json['response']) ? json['response']['error'] : undefined, json), emit)
      case 'error':
        return this.#fail(this.#faultOf(json['error'], json), emit)
    }
  }

  #start({ response }: JsonObject, emit: Emit): void {
    if (this.#started) return
    this.#started = true
    const head = isObject(response) ? response : {}
    const extras = this.#extras.begin(furtherIn(this.#data, head, known, 'response'))
    emit(defined<Extract<Parameters<Emit>[0], { type: 'start' }>>({ type: 'start', id: textOf(head['id']), model: textOf(head['model']), extras }))
  }

  // Items

  #item(json: JsonObject, emit: Emit): Item {
    this.#start({}, emit)
    const index = indexOf(json, 'output_index')
    const known = this.#items.get(index)
    if (known !== undefined) return known
    const item: Item = { index, value: isObject(json['item']) ? json['item'] : {}, blocks: new Map(), isDone: false }
    this.#items.set(index, item)
    return item
  }

  /** A call is opened as soon as it is known, everything else with its first piece. */
  #begin(json: JsonObject, emit: Emit): void {
    const item = this.#item(json, emit)
    if (isObject(json['item'])) item.value = json['item']
    if (isCall(item.value)) this.#call(item, emit)
  }

  #call(item: Item, emit: Emit): Block {
    const { value } = item
    const isCustom = value['type'] === 'custom_tool_call'
    this.#hasCalls = true
    return this.#block(
      item,
      'call',
      () =>
        defined<Extract<OpenedBlock, { type: 'tool_call' }>>({
          type: 'tool_call',
          id: callId(value),
          name: textOf(value['name']) ?? '',
          isCustom: isCustom ? true : undefined,
        }),
      emit,
    )
  }

  #block(item: Item, part: string, opened: () => OpenedBlock, emit: Emit): Block {
    const known = item.blocks.get(part)
    if (known !== undefined) return known
    const what = opened()
    const block: Block = { key: String(this.#keys++), isArguments: what.type === 'tool_call' && what.isCustom !== true, text: '', isClosed: false }
    item.blocks.set(part, block)
    emit({ type: 'open', key: block.key, block: what })
    return block
  }

  #say(block: Block, text: string | undefined, emit: Emit, logprobs: readonly JsonObject[] = []): void {
    if (text === undefined || text === '' || block.isClosed) return
    if (block.isArguments && block.text === '' && isBlank(text)) return
    block.text += text
    emit(logprobs.length === 0 ? { type: 'delta', key: block.key, text } : { type: 'delta', key: block.key, text, logprobs })
  }

  #close(block: Block, emit: Emit): void {
    if (block.isClosed) return
    block.isClosed = true
    emit({ type: 'close', key: block.key })
  }

  // Pieces

  #piece(json: JsonObject, type: 'text' | 'refusal', emit: Emit): void {
    const text = textOf(json['delta'])
    if (text !== undefined) this.#say(this.#part(this.#item(json, emit), indexOf(json, 'content_index'), type, emit), text, emit, objectsOf(json['logprobs']))
  }

  #part(item: Item, index: number, type: 'text' | 'refusal', emit: Emit): Block {
    if (type === 'refusal') this.#hasRefusal = true
    return this.#block(item, `${type}/${index}`, () => ({ type }), emit)
  }

  #argument(json: JsonObject, text: string | undefined, emit: Emit): void {
    const item = this.#item(json, emit)
    if (text !== undefined && isCall(item.value)) this.#say(this.#call(item, emit), text, emit)
  }

  /** All of a text: what no piece said of it is said now. */
  #fill(block: Block, whole: string | undefined, emit: Emit): void {
    if (whole?.startsWith(block.text) === true) this.#say(block, whole.slice(block.text.length), emit)
  }

  /** All of the arguments. */
  #rest(json: JsonObject, text: string, emit: Emit): void {
    const item = this.#item(json, emit)
    if (!isCall(item.value)) return
    this.#fill(this.#call(item, emit), text, emit)
  }

  /** Parts of a summary are set apart; the same thoughts may come in both forms: the first counts. */
  #think(json: JsonObject, isSummary: boolean, emit: Emit): void {
    const text = textOf(json['delta'])
    const item = this.#item(json, emit)
    if (text === undefined || item.blocks.has(isSummary ? 'raw' : 'summary')) return
    const block = this.#block(item, isSummary ? 'summary' : 'raw', () => this.#thought(item, isSummary), emit)
    const part = `part/${indexOf(json, 'summary_index')}`
    if (isSummary && block.text !== '' && !item.blocks.has(part)) this.#say(block, '\n\n', emit)
    item.blocks.set(part, block)
    this.#say(block, text, emit)
  }

  #thought({ value }: Item, isSummary: boolean): OpenedBlock {
    return defined<Extract<OpenedBlock, { type: 'reasoning' }>>({ type: 'reasoning', isSummary: isSummary ? true : undefined, itemId: textOf(value['id']) })
  }

  #annotate(json: JsonObject, emit: Emit): void {
    const { annotation } = json
    const block = this.#item(json, emit).blocks.get(`text/${indexOf(json, 'content_index')}`)
    if (isObject(annotation) && block !== undefined && !block.isClosed) emit({ type: 'meta', key: block.key, annotations: [annotation] })
  }

  // Ends

  /** Fills in what was missed of an item, and closes it. */
  #done(index: number, value: JsonObject, emit: Emit): void {
    const item = this.#item({ output_index: index, item: value }, emit)
    if (item.isDone) return
    item.isDone = true
    item.value = value
    if (readTypes.has(value['type'])) addUnknown(this.lost, 'output', value, knownInItems)
    if (isCall(value)) this.#endCall(item, emit)
    else if (value['type'] === 'message') this.#endMessage(item, emit)
    else for (const block of blocksOf(value, this.#from)) this.#endOther(item, block, emit)
    for (const block of item.blocks.values()) this.#close(block, emit)
  }

  #endCall(item: Item, emit: Emit): void {
    const block = this.#call(item, emit)
    this.#fill(block, argumentsOf(item.value[item.value['type'] === 'custom_tool_call' ? 'input' : 'arguments']), emit)
  }

  #endMessage(item: Item, emit: Emit): void {
    for (const [index, part] of objectsOf(item.value['content']).entries()) {
      const isRefusal = part['type'] === 'refusal'
      const text = textOf(part[isRefusal ? 'refusal' : 'text'])
      const known = item.blocks.get(`${isRefusal ? 'refusal' : 'text'}/${index}`)
      if (known !== undefined) this.#fill(known, text, emit)
      if (known !== undefined || text === undefined) continue
      const block = this.#part(item, index, isRefusal ? 'refusal' : 'text', emit)
      this.#say(block, text, emit)
      const annotations = objectsOf(part['annotations'])
      if (annotations.length > 0) emit({ type: 'meta', key: block.key, annotations })
    }
  }

  /** Reasoning with its state, and images. */
  #endOther(item: Item, whole: ReplyBlock, emit: Emit): void {
    if (whole.type === 'image') return void this.#block(item, 'image', () => whole, emit)
    if (whole.type !== 'reasoning') return
    const known = item.blocks.get('summary') ?? item.blocks.get('raw')
    const block = known ?? this.#block(item, 'summary', () => this.#thought(item, whole.isSummary === true), emit)
    this.#fill(block, whole.text, emit)
    if (whole.state !== undefined) emit({ type: 'state', key: block.key, state: whole.state })
  }

  #finish(response: JsonObject, emit: Emit): void {
    this.#start({ response }, emit)
    for (const [index, item] of objectsOf(response['output']).entries())
      if (this.#items.get(index)?.isDone !== true && !this.#isSeen(item)) this.#done(index, item, emit)
    for (const { blocks } of this.#items.values()) for (const block of blocks.values()) this.#close(block, emit)
    const usage = readUsage(response['usage'])
    const extras = isObject(response['usage']) ? furtherIn(this.#data, response['usage'], knownInUsage, 'response', 'usage') : undefined
    if (usage !== undefined) emit(extras === undefined ? { type: 'usage', usage } : { type: 'usage', usage, extras })
    this.#isOver = true
    this.#extras.add(furtherIn(this.#data, response, known, 'response'))
    const finish = finishOf(response, { hasCalls: this.#hasCalls, hasRefusal: this.#hasRefusal })
    emit(
      defined<Extract<Parameters<Emit>[0], { type: 'finish' }>>({
        type: 'finish',
        finish,
        serviceTier: textOf(response['service_tier']),
        extras: this.#extras.late,
      }),
    )
    emit({ type: 'end' })
  }

  /** Some servers number the items of the whole response otherwise than those of its events. */
  #isSeen({ id }: JsonObject): boolean {
    return typeof id === 'string' && [...this.#items.values()].some(({ isDone, value }) => isDone && value['id'] === id)
  }

  #faultOf(error: Json | undefined, event: JsonObject): GatewayError {
    return errorOf(error === undefined || error === null ? event : error, this.#from.provider)
  }

  #fail(error: GatewayError, emit: Emit): void {
    this.#isOver = true
    emit({ type: 'error', error })
  }
}

function typeOf({ type }: JsonObject, { name }: StreamEvent): string {
  return typeof type === 'string' ? type : (name ?? '')
}

function isCall({ type }: JsonObject): boolean {
  return type === 'function_call' || type === 'custom_tool_call'
}

function indexOf(json: JsonObject, name: string): number {
  const index = json[name]
  return typeof index === 'number' ? index : 0
}
