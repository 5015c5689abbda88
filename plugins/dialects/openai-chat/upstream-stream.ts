/** Reads a provider's stream of chunks. */

import { GatewayError, gatewayError } from '../../../core/errors.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import { tryJson } from '../../../core/neutral/json.ts'
import { objectsOf } from '../../../core/neutral/lenient.ts'
import { defined } from '../../../core/neutral/members.ts'
import type { Emit, NeutralEvent, OpenedBlock } from '../../../core/neutral/reply.ts'
import type { Json, JsonObject, VendorState } from '../../../core/neutral/request.ts'
import type { Destination, StreamReader } from '../../../core/neutral/translation.ts'
import { addUnknown, furtherIn, StreamedExtras } from '../../../core/neutral/unknown.ts'
import type { StreamEvent } from '../../../core/stream/event.ts'
import { CallReader } from './call-reader.ts'
import { readDetail } from './details.ts'
import { endingOf, failureOf, isFault } from './finish.ts'
import { readCarriedThoughts, readSignature, reasoningNames } from './state.ts'
import { chatStream } from './stream.ts'
import { type Thought } from './thought.ts'
import {
  badReply,
  checkList,
  errorOf,
  imagesOf,
  known,
  knownInChoice,
  knownInMessage,
  knownInUsage,
  objectOf,
  thinkingText,
  textOf,
  usageOf,
} from './upstream-reply.ts'

/** With what fills chunks up, so that their length tells nothing. */
const knownInChunk = new Set([...known, 'obfuscation'])

/** The reader of one stream. Text and thoughts close when something else opens; calls stay open to the end, as their pieces may alternate. */
export class ChunkReader implements StreamReader {
  readonly repeats = true
  readonly lost = new Set<string>()
  readonly #from: Destination
  readonly #calls = new CallReader(() => this.#key())
  #keys = 0
  #started = false
  #isOver = false
  /** The one text, thought or refusal that is open. */
  #current: { readonly key: string; readonly type: 'text' | 'reasoning' | 'refusal'; hasState: boolean } | undefined
  /** In which member the stream's thoughts are: the same may be said in two. */
  #thoughtsIn: 'plain' | 'details' | undefined
  /** How many of the thoughts that come in growing lists have been read. */
  #carried = 0
  #hasRefusal = false
  /** Of the chunk that is being read. */
  #logprobs: readonly JsonObject[] = []
  /** The choice that said why it ended. */
  #ended: JsonObject | undefined
  #serviceTier: string | undefined
  readonly #extras = new StreamedExtras()

  constructor(from: Destination) {
    this.#from = from
  }

  read(event: StreamEvent, emit: Emit): void {
    if (this.#isOver || event.data === undefined) return
    if (event.isDone) return this.#finish(emit, {})
    try {
      this.#readChunk(this.#chunkOf(event, event.data), event.data, emit)
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      this.#isOver = true
      emit({ type: 'error', error })
    }
  }

  end(emit: Emit): void {
    if (!this.#isOver && this.#ended !== undefined) this.#finish(emit, this.#ended)
  }

  /** @throws GatewayError for an error, and what is no chunk */
  #chunkOf(event: StreamEvent, data: string): JsonObject {
    const { provider } = this.#from
    const chunk = tryJson(data)
    const error = event.name === undefined && isObject(chunk) && isOrdinary(chunk) ? undefined : chatStream.error(event, provider)
    if (error !== undefined) throw error
    if (isObject(chunk)) return chunk
    throw gatewayError('stream_incomplete', 'upstream stream sent an event that cannot be read', { provider })
  }

  #readChunk(chunk: JsonObject, data: string, emit: Emit): void {
    const { choices } = chunk
    const usage = usageOf(chunk)
    checkList(choices, 'choices', this.#from.provider)
    const choice = firstOf(choices)
    if (choice === undefined && usage === undefined) return
    this.#start(chunk, data, emit)
    this.#serviceTier = textOf(chunk['service_tier']) ?? this.#serviceTier
    if (choice !== undefined) this.#readChoice(choice, emit)
    if (this.#ended !== undefined) this.#extras.add(furtherIn(data, chunk, knownInChunk))
    if (usage === undefined) return
    const extras = isObject(chunk['usage']) ? furtherIn(data, chunk['usage'], knownInUsage, 'usage') : undefined
    emit(extras === undefined ? { type: 'usage', usage } : { type: 'usage', usage, extras })
  }

  #start(chunk: JsonObject, data: string, emit: Emit): void {
    if (this.#started) return
    this.#started = true
    const extras = this.#extras.begin(furtherIn(data, chunk, knownInChunk))
    emit(defined<NeutralEvent & { readonly type: 'start' }>({ type: 'start', id: textOf(chunk['id']), model: textOf(chunk['model']), extras }))
  }

  /** A `message` in the place of a `delta` repeats what was said before. */
  #readChoice(choice: JsonObject, emit: Emit): void {
    const { provider } = this.#from
    const error = isFault(choice['error']) ? errorOf(choice['error'], provider) : failureOf(choice, provider)
    if (error !== undefined) throw error
    this.#logprobs = isObject(choice['logprobs']) ? objectsOf(choice['logprobs']['content']) : []
    addUnknown(this.lost, 'choices', choice, knownInChoice)
    this.#readDelta(objectOf(choice['delta'], 'a delta', provider), emit)
    if (typeof choice['finish_reason'] === 'string' && choice['finish_reason'] !== '') this.#ended = choice
  }

  #readDelta(delta: JsonObject, emit: Emit): void {
    addUnknown(this.lost, 'choices.delta', delta, knownInMessage)
    this.#readThoughts(delta, emit)
    this.#readContent(delta['content'], emit)
    if (delta['annotations'] !== undefined || delta['extra_content'] !== undefined) this.#readMeta(delta, emit)
    if (typeof delta['refusal'] === 'string' && delta['refusal'] !== '') this.#refuse(delta['refusal'], emit)
    if (delta['images'] !== undefined) this.#readImages(delta, emit)
    if (delta['tool_calls'] !== undefined) this.#readCalls(delta['tool_calls'], emit)
    if (isObject(delta['function_call'])) this.#readCall({ index: 0, function: delta['function_call'] }, emit)
  }

  // Thoughts

  #readThoughts(delta: JsonObject, emit: Emit): void {
    const plain = plainThought(delta)
    const details = objectsOf(delta['reasoning_details'])
    if (plain !== undefined) {
      this.#thoughtsIn ??= 'plain'
      if (this.#thoughtsIn === 'plain')
        this.#say(
          'reasoning',
          plain,
          emit,
          details.some(({ summary }) => typeof summary === 'string'),
        )
    }
    for (const detail of details) this.#readDetail(detail, emit)
    if (delta['extra_content'] !== undefined || delta['thinking_blocks'] !== undefined) this.#readCarried(delta, emit)
  }

  #readDetail(detail: JsonObject, emit: Emit): void {
    const thought = readDetail(detail, this.#from.traits.vendor)
    if (thought === undefined) return
    if (thought.text !== '') {
      this.#thoughtsIn ??= 'details'
      if (this.#thoughtsIn === 'details') this.#say('reasoning', thought.text, emit, thought.isSummary)
    }
    this.#holdThought(thought, emit)
  }

  #holdThought({ redacted, state }: Thought, emit: Emit): void {
    if (redacted !== undefined) return this.#whole({ type: 'reasoning', redacted }, emit, state)
    if (state === undefined) return
    if (this.#current?.hasState === true) this.#closeCurrent(emit)
    emit({ type: 'state', key: this.#opened('reasoning', emit), state })
    if (this.#current !== undefined) this.#current.hasState = true
  }

  /** Each list repeats the one before; its texts were said already. */
  #readCarried(delta: JsonObject, emit: Emit): void {
    const thoughts = readCarriedThoughts(delta)
    for (const thought of thoughts.slice(this.#carried)) this.#holdThought(thought, emit)
    this.#carried = Math.max(this.#carried, thoughts.length)
  }

  // Texts

  /** A string, or with Mistral a list of texts and thoughts. */
  #readContent(content: Json | undefined, emit: Emit): void {
    if (typeof content === 'string') {
      if (content !== '') this.#say('text', content, emit)
    } else if (Array.isArray(content)) for (const part of objectsOf(content)) this.#readPart(part, emit)
    else if (content !== undefined && content !== null) throw badReply(this.#from.provider, 'content that is no text')
  }

  #readPart(part: JsonObject, emit: Emit): void {
    if (part['type'] === 'thinking') this.#say('reasoning', thinkingText(part), emit)
    else if (typeof part['text'] === 'string') this.#say('text', part['text'], emit)
  }

  #refuse(text: string, emit: Emit): void {
    this.#hasRefusal = true
    this.#say('refusal', text, emit)
  }

  /** Sources and the state of texts. */
  #readMeta(delta: JsonObject, emit: Emit): void {
    const annotations = objectsOf(delta['annotations'])
    if (annotations.length > 0) emit({ type: 'meta', key: this.#opened('text', emit), annotations })
    const state = readSignature(delta)
    if (state !== undefined) emit({ type: 'state', key: this.#opened('text', emit), state })
  }

  #readImages(delta: JsonObject, emit: Emit): void {
    for (const image of imagesOf(delta)) this.#whole(image, emit)
  }

  #say(type: 'text' | 'reasoning' | 'refusal', text: string, emit: Emit, isSummary?: boolean): void {
    if (text === '') return
    if (this.#current?.hasState === true && type === 'reasoning') this.#closeCurrent(emit)
    const key = this.#opened(type, emit, isSummary)
    emit(type === 'text' && this.#logprobs.length > 0 ? { type: 'delta', key, text, logprobs: this.#logprobs } : { type: 'delta', key, text })
  }

  /** The key of the open block of this type; whatever else is open is closed for it. */
  #opened(type: 'text' | 'reasoning' | 'refusal', emit: Emit, isSummary?: boolean): string {
    if (this.#current?.type === type) return this.#current.key
    this.#closeCurrent(emit)
    const key = this.#key()
    this.#current = { key, type, hasState: false }
    emit({ type: 'open', key, block: isSummary === true && type === 'reasoning' ? { type, isSummary } : { type } })
    return key
  }

  #whole(block: OpenedBlock, emit: Emit, state?: VendorState): void {
    this.#closeCurrent(emit)
    const key = this.#key()
    emit({ type: 'open', key, block })
    if (state !== undefined && state.value !== '') emit({ type: 'state', key, state })
    emit({ type: 'close', key })
  }

  #closeCurrent(emit: Emit): void {
    if (this.#current !== undefined) emit({ type: 'close', key: this.#current.key })
    this.#current = undefined
  }

  #readCalls(calls: Json, emit: Emit): void {
    checkList(calls, 'tool calls', this.#from.provider)
    for (const entry of objectsOf(calls)) this.#readCall(entry, emit)
  }

  #readCall(entry: JsonObject, emit: Emit): void {
    this.#calls.read(entry, event => {
      if (event.type === 'open') this.#closeCurrent(emit)
      emit(event)
    })
  }

  #key(): string {
    return String(this.#keys++)
  }

  // Ends

  /** @param choice what said why it ended; with nothing said, a clean end is a stop */
  #finish(emit: Emit, choice: JsonObject): void {
    if (!this.#started) return
    this.#isOver = true
    this.#closeCurrent(emit)
    this.#calls.close(emit)
    const ending = endingOf(this.#ended ?? choice, { hasCalls: this.#calls.count > 0, hasRefusal: this.#hasRefusal })
    emit(
      defined<NeutralEvent & { readonly type: 'finish' }>({
        type: 'finish',
        ...ending,
        stopSequence: ending.stopSequence,
        serviceTier: this.#serviceTier,
        extras: this.#extras.late,
      }),
    )
    emit({ type: 'end' })
  }
}

/** Whether it is a chunk of an answer that goes on: nothing in it can be an error. */
function isOrdinary({ object, error, choices }: JsonObject): boolean {
  return (
    object === 'chat.completion.chunk' &&
    error === undefined &&
    objectsOf(choices).every(({ finish_reason: reason }) => reason === null || reason === undefined)
  )
}

/** The first choice; others were not asked for. */
function firstOf(choices: Json | undefined): JsonObject | undefined {
  return objectsOf(choices).find(({ index }) => typeof index !== 'number' || index === 0)
}

function plainThought(delta: JsonObject): string | undefined {
  for (const name of reasoningNames) {
    const text = delta[name]
    if (typeof text === 'string' && text !== '') return text
  }
  return undefined
}
