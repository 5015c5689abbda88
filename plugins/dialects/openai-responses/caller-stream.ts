/** Writes a stream as the events of a response. */

import type { GatewayError } from '../../../core/errors.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import type { Finish, NeutralEvent, OpenedBlock } from '../../../core/neutral/reply.ts'
import type { Json, JsonObject, VendorState } from '../../../core/neutral/request.ts'
import type { ReplyContext, StreamWriter } from '../../../core/neutral/translation.ts'
import type { Usage } from '../../../core/neutral/usage.ts'
import { CallItem, ImageItem, MessageItem, ReasoningItem, type ItemStatus, type OutputItem, type Piece, type Placed, type Write } from './output-items.ts'
import { ResponseHead, type ResponseFacts, type ResponseState } from './response-head.ts'
import { done, errorEvent, spellEvent } from './spelling.ts'
import { encryptedCall } from './state.ts'

type Event<T extends NeutralEvent['type']> = Extract<NeutralEvent, { readonly type: T }>

/** An item that has begun and not ended. */
interface Open {
  readonly item: OutputItem
  readonly index: number
  /** Of a call; else empty. */
  readonly callId: string
  /** Its state was known when it began. */
  readonly hadState: boolean
  isClosed: boolean
  /** Something was said after it had closed: it is whole. */
  isWhole: boolean
  /** How its pieces travel, once one does. */
  piece: Piece | undefined
}

/** Errors that the gateway makes of a stream that it cannot go on with. */
const ownErrors: ReadonlySet<string | null> = new Set(['stream_incomplete', 'event_too_large'])

const reasons: Readonly<Partial<Record<Finish, 'max_output_tokens' | 'content_filter'>>> = {
  length: 'max_output_tokens',
  context_window: 'max_output_tokens',
  content_filter: 'content_filter',
}

export interface WriterOptions extends ResponseFacts {
  /** Of the first text. */
  readonly logprobs?: readonly JsonObject[]
  /** Nobody wants the events, but what they amount to. */
  readonly isPlain?: boolean
}

/**
 * The writer of one response. Items end in the order in which they began, and not before something follows: a response that is cut leaves
 * those incomplete that were open.
 */
export class ResponseWriter implements StreamWriter {
  readonly #context: ReplyContext
  readonly #options: WriterOptions
  readonly #isPlain: boolean
  readonly #open = new Map<string, Open>()
  /** In the order of their beginning. */
  readonly #unended: Open[] = []
  /** What has ended, in JSON, by its place. */
  readonly #output: string[] = []
  readonly #callIds = new Set<string>()
  #head: ResponseHead | undefined
  #model: string | undefined
  #sequence = 0
  #items = 0
  #texts = 0
  #usage: Usage | undefined
  #usageExtras: JsonObject | undefined
  #extras: JsonObject | undefined
  #laterExtras: JsonObject | undefined
  #serviceTier: string | undefined
  #finish: Finish = 'stop'
  #hasRefusal = false
  #events = ''

  constructor(context: ReplyContext, options: WriterOptions = {}) {
    this.#context = context
    this.#options = options
    this.#isPlain = options.isPlain === true
  }

  write(event: NeutralEvent): string {
    this.#events = ''
    this.#take(event)
    return this.#events
  }

  pieces(key: string, texts: readonly string[]): string | undefined {
    const open = this.#open.get(key)
    if (open === undefined || this.#isPlain || open.item.keepsBack || open.item.announce !== undefined) return undefined
    this.#events = ''
    this.#settle()
    const { before, head, tail } = (open.piece ??= open.item.piece())
    const border = [tail, before].join('')
    open.item.text += texts.join('')
    let events = this.#events
    let next = before
    for (const text of texts) {
      events += `${next}${this.#sequence++}${head}${text}`
      next = border
    }
    return events + tail
  }

  /** The response as far as the events go. */
  response(): string {
    return this.#begun().spell(this.#ended())
  }

  #take(event: NeutralEvent): void {
    switch (event.type) {
      case 'delta':
        return this.#say(event)
      case 'start':
        return this.#begin(event)
      case 'open':
        return this.#begins(event)
      case 'state':
        return this.#hold(event)
      case 'meta':
        return this.#annotate(event)
      case 'close':
        return this.#close(event.key)
      case 'usage':
        this.#usage = event.usage
        this.#usageExtras = event.extras
        return
      case 'finish':
        return this.#end(event)
      case 'error':
        return this.#fail(event.error)
      case 'end':
        this.#events += done
    }
  }

  // Events

  readonly #write: Write = (type, members) => {
    if (!this.#isPlain) this.#events += spellEvent(type, this.#sequence++, members)
  }

  /** An event with the whole response, which is JSON already. */
  #tell(type: string, state: ResponseState): void {
    if (this.#isPlain) return
    this.#events += `event: ${type}\ndata: {"type":"${type}","sequence_number":${this.#sequence++},"response":${this.#begun().spell(state)}}\n\n`
  }

  #begin({ model, extras }: { readonly model?: string; readonly extras?: JsonObject }): void {
    this.#model = model
    this.#extras = extras
    this.#begun()
    for (const type of ['response.created', 'response.in_progress']) this.#tell(type, { status: 'in_progress', output: [] })
  }

  #begun(): ResponseHead {
    return (this.#head ??= new ResponseHead(this.#context, this.#model, { ...this.#options, extras: this.#extras }))
  }

  // Items

  #begins({ key, block }: Event<'open'>): void {
    if (this.#head === undefined) this.#begin({})
    this.#settle()
    const callId = block.type === 'tool_call' ? this.#callId(block.id) : ''
    if (block.type === 'tool_call') this.#carryCallState(callId, block.state)
    const item = this.#itemOf(block, callId)
    if (item === undefined) return
    const open: Open = { item, index: this.#items - 1, callId, hadState: item.state !== undefined, isClosed: false, isWhole: false, piece: undefined }
    this.#open.set(key, open)
    this.#unended.push(open)
    if (!this.#isPlain) item.begin(this.#write)
  }

  #itemOf(block: OpenedBlock, callId: string): OutputItem | undefined {
    const { request } = this.#context
    const isEncrypted = request.wants.encryptedReasoning === true
    switch (block.type) {
      case 'text':
        return new MessageItem(this.#place('msg_'), 'text', this.#texts++ === 0 ? this.#options.logprobs : undefined)
      case 'refusal':
        this.#hasRefusal = true
        return new MessageItem(this.#place('msg_'), 'refusal')
      case 'reasoning':
        if (block.redacted === undefined || isEncrypted) return new ReasoningItem(this.#place('rs_', block.itemId), block, { isEncrypted, model: this.#model })
        this.#context.losses.silent('reasoning.encrypted_content', 'not asked for')
        return undefined
      case 'tool_call': {
        const tool = request.tools.find(({ name }) => name === block.name)
        // A function stands for a tool of the client's that takes free text.
        const isWrapped = block.isCustom !== true && tool?.custom !== undefined
        const place = this.#place('', `${isWrapped || block.isCustom === true ? 'ctc' : 'fc'}_${callId}`)
        return new CallItem(place, block, { callId, isWrapped, named: tool?.own ?? { name: block.name } })
      }
      case 'image':
        return new ImageItem(this.#place('ig_'), block)
    }
  }

  #place(prefix: string, id?: string): Placed {
    return { id: id ?? this.#context.ids.hex(prefix, 32), index: this.#items++ }
  }

  /** The provider's id of the call, unless it is missing or was there before. */
  #callId(id: string): string {
    const own = id === '' || this.#callIds.has(id) ? this.#context.ids.base62('call_tl', 22) : id
    this.#callIds.add(own)
    return own
  }

  /** Typed clients keep nothing of a call but what they know: its signature stands in a reasoning item beside it. */
  #carryCallState(callId: string, state: VendorState | undefined): void {
    if (state === undefined || this.#context.request.wants.encryptedReasoning !== true) return
    const { id, index } = this.#place('rs_')
    const item = { id, type: 'reasoning', summary: [] }
    this.#write('response.output_item.added', { output_index: index, item })
    this.#endItem(index, { ...item, encrypted_content: encryptedCall(callId, state, this.#model) })
  }

  #say({ key, text, logprobs }: Event<'delta'>): void {
    const open = this.#open.get(key)
    if (open === undefined || text === '') return
    this.#settle()
    const { item } = open
    item.text += text
    if (item.keepsBack) return
    item.announce?.(this.#write)
    const weighed = logprobs === undefined ? undefined : item.weighed?.(logprobs)
    if (this.#isPlain) return
    const { before, head, tail } = weighed ?? (open.piece ??= item.piece())
    this.#events += `${before}${this.#sequence++}${head}${JSON.stringify(text).slice(1, -1)}${tail}`
  }

  #annotate({ key, annotations }: Event<'meta'>): void {
    const spelled = annotationsOf(annotations)
    if (spelled.length < annotations.length) this.#context.losses.silent('annotations', 'openai-responses has no such sources')
    this.#open.get(key)?.item.annotate?.(spelled, this.#write)
  }

  /** Pieces of one value follow one another. */
  #hold({ key, state }: Event<'state'>): void {
    const item = this.#open.get(key)?.item
    if (item !== undefined) item.state = item.state?.vendor === state.vendor ? { ...state, value: item.state.value + state.value } : state
  }

  #close(key: string): void {
    const open = this.#open.get(key)
    if (open !== undefined) open.isClosed = true
    this.#open.delete(key)
  }

  /** Something follows: what closed before it is whole, and ends as soon as all that began before it has ended. */
  #settle(): void {
    if (this.#unended.length === 0) return
    for (const open of this.#unended) if (open.isClosed) open.isWhole = true
    while (this.#unended[0]?.isClosed === true) this.#endFirst('completed')
  }

  #endFirst(status: ItemStatus): void {
    const first = this.#unended.shift()
    if (first === undefined) return
    const { item, index, callId, hadState, isWhole } = first
    this.#endItem(index, item.end(isWhole ? 'completed' : status, this.#write))
    if (callId !== '' && !hadState) this.#carryCallState(callId, item.state)
  }

  #endItem(index: number, item: JsonObject): void {
    this.#write('response.output_item.done', { output_index: index, item })
    this.#output[index] = JSON.stringify(item)
  }

  // Ends

  #end({ finish, stopSequence, serviceTier, extras }: Event<'finish'>): void {
    if (this.#head === undefined) this.#begin({})
    if (finish === 'pause') this.#lose('pause_turn')
    if (stopSequence !== undefined) this.#context.losses.silent('stop_sequence', 'not known to openai-responses')
    this.#finish = finish
    this.#laterExtras = extras
    this.#serviceTier = serviceTier
    const state = this.#ended()
    while (this.#unended.length > 0) this.#endFirst(state.status === 'incomplete' ? 'incomplete' : 'completed')
    this.#tell(`response.${state.status}`, this.#ended())
  }

  /** Behind the beginning of a stream it is too late for the header. */
  #lose(field: string): void {
    const { losses } = this.#context
    if (this.#isPlain) losses.drop(field, 'not known to openai-responses')
    else losses.silent(field, 'not known to openai-responses')
  }

  #ended(): ResponseState {
    // Without its words, a refusal would pass for an answer.
    const reason = reasons[this.#finish === 'refusal' && !this.#hasRefusal ? 'content_filter' : this.#finish]
    return {
      status: reason === undefined ? 'completed' : 'incomplete',
      ...(reason === undefined ? {} : { reason }),
      output: this.#output,
      usage: this.#usage,
      usageExtras: this.#usageExtras,
      extras: this.#laterExtras,
      serviceTier: this.#serviceTier,
    }
  }

  /** What the provider reports fails the response; where the gateway cannot go on, the stream breaks off. */
  #fail(error: GatewayError): void {
    if (ownErrors.has(error.code)) {
      this.#events += errorEvent(error, this.#sequence++)
      return
    }
    if (this.#head === undefined) this.#begin({})
    const { code, message } = error
    this.#tell('response.failed', {
      status: 'failed',
      error: { code: code ?? 'server_error', message },
      output: this.#output.filter(item => item !== undefined),
      usage: this.#usage,
    })
  }
}

/** Sources flat, as Responses have them. */
function annotationsOf(annotations: readonly Json[]): readonly Json[] {
  return annotations
    .filter(isObject)
    .filter(({ type }) => typeof type === 'string' && citations.has(type))
    .map(({ type = null, url_citation: nested, ...flat }) => ({ type, ...flat, ...(isObject(nested) ? nested : {}) }))
}

const citations = new Set(['url_citation', 'file_citation', 'container_file_citation', 'file_path'])
