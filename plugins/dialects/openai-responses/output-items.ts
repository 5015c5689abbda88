/** One output item that Tapline writes, from its opening to its end: its events, and what it is as a whole. */

import { argumentsObject } from '../../../core/neutral/arguments.ts'
import { defined } from '../../../core/neutral/members.ts'
import type { OpenedBlock } from '../../../core/neutral/reply.ts'
import type { Json, JsonObject, OwnName, VendorState } from '../../../core/neutral/request.ts'
import { refusalPart, summaryPart, textPart, type Members } from './spelling.ts'
import { encryptedContent, extraOfState, extraOfThought } from './state.ts'

/** Writes an event: numbered, its members in JSON. */
export type Write = (type: string, members: Members) => void

export type ItemStatus = 'completed' | 'incomplete'

/** The event in which a piece of text travels; the quotes around the text belong to it. */
export interface Piece {
  /** Up to the number of the event. */
  readonly before: string
  /** From there to the text. */
  readonly head: string
  readonly tail: string
}

export interface OutputItem {
  /** How its pieces travel; asked for once, if any does. */
  piece(): Piece
  /** All of the text so far. */
  text: string
  state: VendorState | undefined
  begin(write: Write): void
  /** Its pieces wait for the end. */
  readonly keepsBack: boolean
  /** Before the first piece. */
  announce?(write: Write): void
  /** How a piece travels whose tokens were weighed. */
  weighed?(logprobs: readonly JsonObject[]): Piece
  annotate?(annotations: readonly Json[], write: Write): void
  /** Its last events. @returns the item as a whole */
  end(status: ItemStatus, write: Write): JsonObject
}

/** The place of an item in the output. */
export interface Placed {
  readonly id: string
  readonly index: number
}

/** A message with one text or refusal. */
export class MessageItem implements OutputItem {
  readonly keepsBack = false
  text = ''
  state: VendorState | undefined
  readonly #place: Placed
  readonly #isRefusal: boolean
  readonly #logprobs: JsonObject[]
  readonly #annotations: Json[] = []

  constructor(place: Placed, type: 'text' | 'refusal', logprobs: readonly JsonObject[] = []) {
    this.#place = place
    this.#isRefusal = type === 'refusal'
    this.#logprobs = [...logprobs]
  }

  piece(): Piece {
    return pieceOf(this.#isRefusal ? 'response.refusal.delta' : 'response.output_text.delta', this.#at(), this.#isRefusal ? '' : ',"logprobs":[]')
  }

  begin(write: Write): void {
    write('response.output_item.added', { output_index: this.#place.index, item: this.#item('in_progress', []) })
    write('response.content_part.added', { ...this.#at(), part: this.#isRefusal ? refusalPart('') : textPart('') })
  }

  weighed(logprobs: readonly JsonObject[]): Piece {
    this.#logprobs.push(...logprobs)
    return this.#isRefusal ? this.piece() : { ...this.piece(), tail: `","logprobs":${JSON.stringify(logprobs)}}\n\n` }
  }

  annotate(annotations: readonly Json[], write: Write): void {
    for (const annotation of annotations) {
      write('response.output_text.annotation.added', { ...this.#at(), annotation_index: this.#annotations.length, annotation })
      this.#annotations.push(annotation)
    }
  }

  end(status: ItemStatus, write: Write): JsonObject {
    const part = this.#isRefusal ? refusalPart(this.text) : { ...textPart(this.text, this.#annotations), logprobs: this.#logprobs }
    if (this.#isRefusal) write('response.refusal.done', { ...this.#at(), refusal: this.text })
    else write('response.output_text.done', { ...this.#at(), text: this.text, logprobs: this.#logprobs })
    write('response.content_part.done', { ...this.#at(), part })
    return this.#item(status, [part])
  }

  #at(): Members {
    return { item_id: this.#place.id, output_index: this.#place.index, content_index: 0 }
  }

  #item(status: string, content: readonly Members[]): JsonObject {
    const item = { id: this.#place.id, type: 'message', status, role: 'assistant', content: content as readonly JsonObject[] }
    return this.state === undefined ? item : { ...item, extra_content: extraOfState(this.state) }
  }
}

type Opened<T extends OpenedBlock['type']> = Extract<OpenedBlock, { readonly type: T }>

export interface ReasoningOptions {
  /** The client asked for encrypted reasoning. */
  readonly isEncrypted: boolean
  readonly model: string | undefined
}

/** Reasoning, whole or as a summary: always told as a summary. */
export class ReasoningItem implements OutputItem {
  readonly keepsBack = false
  text = ''
  state: VendorState | undefined
  readonly #place: Placed
  readonly #block: Opened<'reasoning'>
  readonly #options: ReasoningOptions
  #isAnnounced = false

  constructor(place: Placed, block: Opened<'reasoning'>, options: ReasoningOptions) {
    this.#place = place
    this.#block = block
    this.#options = options
  }

  piece(): Piece {
    return pieceOf('response.reasoning_summary_text.delta', this.#at())
  }

  begin(write: Write): void {
    write('response.output_item.added', { output_index: this.#place.index, item: { id: this.#place.id, type: 'reasoning', summary: [] } })
  }

  announce(write: Write): void {
    if (this.#isAnnounced) return
    this.#isAnnounced = true
    write('response.reasoning_summary_part.added', { ...this.#at(), part: summaryPart('') })
  }

  end(_status: ItemStatus, write: Write): JsonObject {
    const part = summaryPart(this.text) as JsonObject
    if (this.#isAnnounced) {
      write('response.reasoning_summary_text.done', { ...this.#at(), text: this.text })
      write('response.reasoning_summary_part.done', { ...this.#at(), part })
    }
    const thought = defined<Parameters<typeof extraOfThought>[0]>({ ...this.#block, text: this.text, state: this.state })
    return defined<Record<string, Json>>({
      id: this.#place.id,
      type: 'reasoning',
      summary: this.#isAnnounced ? [part] : [],
      encrypted_content: this.#options.isEncrypted ? encryptedContent(thought, this.#options.model) : undefined,
      extra_content: extraOfThought(thought),
    })
  }

  #at(): Members {
    return { item_id: this.#place.id, output_index: this.#place.index, summary_index: 0 }
  }
}

export interface CallOptions {
  readonly callId: string
  /** The client's tool takes free text, and was wrapped in a function. */
  readonly isWrapped: boolean
  /** The members by which the client knows the tool. */
  readonly named: Partial<OwnName> & Pick<OwnName, 'name'>
}

/** The call of a function, or of a tool that takes free text. */
export class CallItem implements OutputItem {
  readonly keepsBack: boolean
  text = ''
  state: VendorState | undefined
  readonly #place: Placed
  readonly #options: CallOptions
  readonly #isCustom: boolean

  constructor(place: Placed, { isCustom = false, state }: Opened<'tool_call'>, options: CallOptions) {
    this.#place = place
    this.#options = options
    this.#isCustom = isCustom || options.isWrapped
    this.keepsBack = options.isWrapped
    this.state = state
  }

  piece(): Piece {
    return pieceOf(this.#delta(), this.#at())
  }

  begin(write: Write): void {
    write('response.output_item.added', { output_index: this.#place.index, item: this.#item('in_progress', '') })
  }

  /** What was kept back, or left out as there was nothing to say, comes now. */
  end(status: ItemStatus, write: Write): JsonObject {
    const text = this.#options.isWrapped ? unwrapped(this.text) : this.text.trim() === '' && !this.#isCustom ? '{}' : this.text
    if (this.#options.isWrapped ? text !== '' : this.text === '' && text !== '') write(this.#delta(), { ...this.#at(), delta: text })
    write(`response.${this.#stem()}.done`, { ...this.#at(), ...(this.#isCustom ? { input: text } : { name: this.#options.named.name, arguments: text }) })
    return this.#item(status, text)
  }

  #delta(): string {
    return `response.${this.#stem()}.delta`
  }

  #stem(): string {
    return this.#isCustom ? 'custom_tool_call_input' : 'function_call_arguments'
  }

  #at(): Members {
    return { item_id: this.#place.id, output_index: this.#place.index }
  }

  #item(status: string, text: string): JsonObject {
    const { callId, named } = this.#options
    const called = { status, call_id: callId, ...named, [this.#isCustom ? 'input' : 'arguments']: text }
    const item = { id: this.#place.id, type: this.#isCustom ? 'custom_tool_call' : 'function_call', ...called }
    return this.state === undefined ? item : { ...item, extra_content: extraOfState(this.state) }
  }
}

/** An image that the model made. */
export class ImageItem implements OutputItem {
  readonly keepsBack = true
  text = ''
  state: VendorState | undefined
  readonly #place: Placed
  readonly #block: Opened<'image'>

  constructor(place: Placed, block: Opened<'image'>) {
    this.#place = place
    this.#block = block
  }

  piece(): Piece {
    return pieceOf('response.image_generation_call.partial_image', {})
  }

  begin(write: Write): void {
    write('response.output_item.added', {
      output_index: this.#place.index,
      item: { id: this.#place.id, type: 'image_generation_call', status: 'in_progress', result: null },
    })
  }

  end(): JsonObject {
    const { mime, data } = this.#block
    return { id: this.#place.id, type: 'image_generation_call', status: 'completed', output_format: mime.slice(mime.indexOf('/') + 1), result: data }
  }
}

/** Texts that are joined, not added up, are whole in memory: they go into hundreds of events. */
function pieceOf(type: string, at: Members, more = ''): Piece {
  return {
    before: ['event: ', type, '\ndata: {"type":"', type, '","sequence_number":'].join(''),
    head: [',', JSON.stringify(at).slice(1, -1), ',"delta":"'].join(''),
    tail: ['"', more, '}\n\n'].join(''),
  }
}

/** The free text out of the arguments of a function that stands for such a tool; all of it if they are not as they should be. */
function unwrapped(argumentsText: string): string {
  const { value } = argumentsObject(argumentsText)
  return typeof value['input'] === 'string' ? value['input'] : argumentsText
}
