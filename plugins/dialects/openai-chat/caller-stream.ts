/** Writes a stream as chunks of a chat completion. */

import { dataUrl } from '../../../core/neutral/media.ts'
import { withFurther } from '../../../core/neutral/members.ts'
import type { NeutralEvent, OpenedBlock } from '../../../core/neutral/reply.ts'
import type { Json, JsonObject, VendorState } from '../../../core/neutral/request.ts'
import type { ReplyContext, StreamWriter } from '../../../core/neutral/translation.ts'
import { CallIds, finishWord, isWrapped, replyId, spellAnnotations, spellUsage, unwrapped } from './reply-spelling.ts'
import { heldContent, signedContent } from './state.ts'
import { chatStream } from './stream.ts'
import type { Thought } from './thought.ts'

type Event<T extends NeutralEvent['type']> = Extract<NeutralEvent, { readonly type: T }>

/** A block between its opening and its close. */
interface Open {
  readonly block: OpenedBlock
  /** Of a tool call: its place among the calls. */
  readonly index: number
  /** What is needed as a whole at the end: thoughts, and the input of wrapped tools. */
  text: string
  hasText: boolean
  readonly isWrapped: boolean
  state: VendorState | undefined
}

const done = 'data: [DONE]\n\n'

/** What stands around a delta in its choice. */
const opening = '{"index":0,"delta":'
const closing = (logprobs = 'null') => `,"logprobs":${logprobs},"finish_reason":null}`

/** The writer of one stream. */
export class ChunkWriter implements StreamWriter {
  readonly #context: ReplyContext
  readonly #callIds: CallIds
  readonly #open = new Map<string, Open>()
  readonly #thoughts: Thought[] = []
  /** Whether thoughts have state that no chunk has said. */
  #holdsState = false
  readonly #annotations: Json[] = []
  readonly #wantsUsage: boolean
  readonly #showsReasoning: boolean
  #head = ''
  #rest = ''
  #started = false
  /** What nobody here knows of the answer: the first chunk says it, and the last what came later. */
  #extras: JsonObject | undefined
  #calls = 0
  #images = 0
  #usage = ''

  constructor(context: ReplyContext) {
    this.#context = context
    this.#callIds = new CallIds(context.ids)
    const { usageEvent, reasoning } = context.request.wants
    this.#wantsUsage = usageEvent === true
    this.#showsReasoning = reasoning !== false
  }

  write(event: NeutralEvent): string {
    switch (event.type) {
      case 'delta':
        return this.#delta(event)
      case 'start':
        return this.#begin(event)
      case 'open':
        return this.#first() + this.#opening(event)
      case 'state':
        return this.#hold(event)
      case 'meta':
        return this.#meta(event)
      case 'close':
        return this.#close(event.key)
      case 'usage':
        this.#usage = JSON.stringify(withFurther(spellUsage(event.usage), event.extras))
        return ''
      case 'finish':
        return this.#first() + this.#finish(event)
      case 'error':
        return chatStream.failure(event.error, this.#context.requestId)
      case 'end':
        return this.#end()
    }
  }

  /** Held until there is something to say, so that a call which fails at once can still be answered with its status. */
  #begin({ id, model, extras }: Event<'start'>): string {
    this.#extras = extras
    const { from, created } = this.#context
    const members = JSON.stringify({ id: replyId(id, this.#context), object: 'chat.completion.chunk', created, model: model ?? from.model })
    this.#head = `data: ${members.slice(0, -1)},"choices":[`
    this.#rest = this.#wantsUsage ? '],"usage":null}\n\n' : ']}\n\n'
    return ''
  }

  pieces(key: string, texts: readonly string[]): string | undefined {
    if (this.#open.get(key)?.block.type !== 'text') return undefined
    const head = `${this.#head}${opening}{"content":"`
    const tail = `"}${closing()}${this.#rest}`
    return head + texts.join(tail + head) + tail
  }

  #first(): string {
    if (this.#started) return ''
    this.#started = true
    if (this.#head === '') this.#begin({ type: 'start' })
    return withExtras(this.#chunk('{"role":"assistant","content":""}'), this.#extras)
  }

  /** @param delta as JSON */
  #chunk(delta: string, logprobs = 'null'): string {
    return `${this.#head}${opening}${delta}${closing(logprobs)}${this.#rest}`
  }

  #opening({ key, block }: Event<'open'>): string {
    const open: Open = {
      block,
      index: this.#calls,
      text: '',
      hasText: false,
      isWrapped: block.type === 'tool_call' && block.isCustom !== true && isWrapped(block.name, this.#context.request),
      state: undefined,
    }
    this.#open.set(key, open)
    const state = block.type === 'reasoning' ? '' : this.#heldState()
    if (block.type === 'tool_call') return state + this.#call(block, open)
    return block.type === 'image' ? state + this.#image(block) : state
  }

  /** The index tells clients who join deltas that it is another one. */
  #image({ mime, data }: Extract<OpenedBlock, { readonly type: 'image' }>): string {
    return this.#chunk(JSON.stringify({ images: [{ index: this.#images++, type: 'image_url', image_url: { url: dataUrl(mime, data) } }] }))
  }

  #call({ id, name, isCustom, state }: Extract<OpenedBlock, { readonly type: 'tool_call' }>, { isWrapped }: Open): string {
    const index = this.#calls++
    const called = isCustom === true || isWrapped ? { type: 'custom', custom: { name, input: '' } } : { type: 'function', function: { name, arguments: '' } }
    return this.#chunk(
      JSON.stringify({ tool_calls: [{ index, id: this.#callIds.of(id), ...called, ...(state === undefined ? {} : { extra_content: signedContent(state) }) }] }),
    )
  }

  #delta({ key, text, logprobs }: Event<'delta'>): string {
    const open = this.#open.get(key)
    if (open === undefined || text === '') return ''
    const spelled = JSON.stringify(text)
    switch (open.block.type) {
      case 'text':
        return this.#chunk(`{"content":${spelled}}`, logprobs === undefined ? 'null' : JSON.stringify({ content: logprobs, refusal: null }))
      case 'tool_call':
        return this.#piece(open, text, spelled)
      case 'reasoning':
        open.text += text
        return this.#showsReasoning ? this.#chunk(`{"reasoning_content":${spelled}}`) : ''
      case 'refusal':
        return this.#chunk(`{"refusal":${spelled}}`)
      case 'image':
        return ''
    }
  }

  #piece(open: Open, text: string, spelled: string): string {
    open.hasText = true
    if (!open.isWrapped) return this.#argumentsPiece(open, spelled)
    open.text += text
    return ''
  }

  #argumentsPiece({ index, block, isWrapped }: Open, spelled: string): string {
    const isFree = isWrapped || (block.type === 'tool_call' && block.isCustom === true)
    return this.#chunk(`{"tool_calls":[{"index":${index},${isFree ? `"custom":{"input":${spelled}}` : `"function":{"arguments":${spelled}}`}}]}`)
  }

  /** Pieces of one value follow one another. */
  #hold({ key, state }: Event<'state'>): string {
    const open = this.#open.get(key)
    if (open !== undefined) open.state = open.state?.vendor === state.vendor ? { ...state, value: open.state.value + state.value } : state
    return ''
  }

  /** Held: of two lists, clients keep the second, or fail for want of an index in it. */
  #meta({ annotations }: Event<'meta'>): string {
    this.#annotations.push(...spellAnnotations(annotations, this.#context.losses))
    return ''
  }

  #close(key: string): string {
    const open = this.#open.get(key)
    this.#open.delete(key)
    switch (open?.block.type) {
      case 'tool_call':
        return this.#closeCall(open)
      case 'reasoning':
        return this.#closeThought(open, open.block)
      case 'text':
        return open.state === undefined ? '' : this.#chunk(JSON.stringify({ extra_content: signedContent(open.state) }))
      default:
        return ''
    }
  }

  #closeCall(open: Open): string {
    const { index, state, block } = open
    const isCustom = block.type === 'tool_call' && block.isCustom === true
    const last = open.isWrapped
      ? this.#argumentsPiece(open, JSON.stringify(unwrapped(open.text)))
      : open.hasText || isCustom
        ? ''
        : this.#argumentsPiece(open, '"{}"')
    return last + (state === undefined ? '' : this.#chunk(JSON.stringify({ tool_calls: [{ index, extra_content: signedContent(state) }] })))
  }

  #closeThought({ text, state }: Open, { type: _type, ...block }: Extract<OpenedBlock, { readonly type: 'reasoning' }>): string {
    this.#thoughts.push({ type: 'reasoning', ...block, text, ...(state === undefined ? {} : { state }) })
    this.#holdsState ||= state !== undefined || block.redacted !== undefined
    return ''
  }

  /** The state of all thoughts so far, as each list replaces the one before; of thoughts that follow one another, one list, as with annotations. */
  #heldState(): string {
    if (!this.#holdsState) return ''
    this.#holdsState = false
    return this.#chunk(JSON.stringify({ extra_content: heldContent(this.#thoughts) }))
  }

  #finish({ finish, stopSequence, serviceTier, extras }: Event<'finish'>): string {
    if (finish === 'pause') this.#context.losses.silent('pause_turn', 'not known to openai-chat')
    const stopReason = stopSequence === undefined ? '' : `,"stop_reason":${JSON.stringify(stopSequence)}`
    const annotations = this.#annotations.length === 0 ? '' : this.#chunk(JSON.stringify({ annotations: this.#annotations }))
    const further = serviceTier === undefined ? extras : { service_tier: serviceTier, ...extras }
    const last = withExtras(`${this.#head}{"index":0,"delta":{},"logprobs":null,"finish_reason":"${finishWord(finish)}"${stopReason}}${this.#rest}`, further)
    return this.#heldState() + annotations + last
  }

  /** A count that nobody reported is not made up. */
  #end(): string {
    return this.#wantsUsage && this.#usage !== '' ? `${this.#head}],"usage":${this.#usage}}\n\n${done}` : done
  }
}

/** A chunk with further members. */
function withExtras(chunk: string, extras: JsonObject | undefined): string {
  return extras === undefined ? chunk : `data: ${JSON.stringify(withFurther(JSON.parse(chunk.slice('data: '.length)) as JsonObject, extras))}\n\n`
}
