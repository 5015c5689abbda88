/** Writes a streamed answer: one block after another, whatever stands open at once on the other side. */

import { GatewayError, gatewayError, type JsonObject, type Usage } from '../../../core/index.ts'
import type { NeutralEvent, OpenedBlock } from '../../../core/neutral/reply.ts'
import type { VendorState } from '../../../core/neutral/request.ts'
import type { ReplyContext, StreamWriter } from '../../../core/neutral/translation.ts'
import { withFurther } from '../../../core/neutral/members.ts'
import { errorEnvelope } from './errors.ts'
import { CallIds, carried, dropImage, messageId, shownThinking, stopOf } from './reply-blocks.ts'
import { sealCall, sealThought } from './sealed.ts'
import { spell, spellDelta, spellDeltas, spellStop } from './stream-events.ts'
import { writeFinalUsage } from './usage.ts'
import { dialect } from './writing.ts'

type KeyedEvent = NeutralEvent & { readonly key: string }

/** The block that is open. */
interface Current {
  readonly key: string
  readonly block: OpenedBlock
  /** What it said so far: of tools and of thinking whose state may be sealed. */
  text: string
  state: VendorState | undefined
}

export class MessagesWriter implements StreamWriter {
  failure: GatewayError | undefined
  readonly #context: ReplyContext
  readonly #ids: CallIds
  readonly #shown: 'all' | 'state' | 'none'
  readonly #seals: boolean
  #index = 0
  #current: Current | undefined
  /** Blocks that wait until the open one is closed, with their events, by key. */
  readonly #waiting = new Map<string, { readonly block: OpenedBlock; readonly events: KeyedEvent[] }>()
  /** Blocks that have said nothing yet: those that never do are not shown, as nobody takes empty ones back. */
  readonly #unsaid = new Map<string, OpenedBlock>()
  /** Blocks that were closed before they ended. */
  readonly #closed = new Map<string, OpenedBlock>()
  /** Blocks of which nothing is shown. */
  readonly #hidden = new Set<string>()
  #hasCalls = false
  #hasRefusal = false
  #usage: Usage | undefined
  #usageExtras: JsonObject | undefined
  #isOver = false

  constructor(context: ReplyContext) {
    this.#context = context
    this.#ids = new CallIds(context)
    this.#shown = shownThinking(context.request)
    this.#seals = context.from.options.seal_foreign_state
  }

  write(event: NeutralEvent): string {
    if (this.#isOver) return ''
    try {
      return this.#write(event)
    } catch (cause) {
      if (!(cause instanceof GatewayError)) throw cause
      this.failure = cause
      return this.#fail(cause)
    }
  }

  pieces(key: string, texts: readonly string[]): string | undefined {
    const isOpen = !this.#isOver && this.#current?.key === key && this.#current.block.type === 'text'
    return isOpen ? spellDeltas(this.#index - 1, 'text', texts) : undefined
  }

  #write(event: NeutralEvent): string {
    switch (event.type) {
      case 'start':
        return this.#start(event)
      case 'open':
      case 'delta':
      case 'state':
      case 'meta':
      case 'close':
        return this.#hidden.has(event.key) ? '' : this.#keyed(event)
      case 'usage':
        this.#usage = event.usage
        this.#usageExtras = event.extras
        return ''
      case 'finish':
        return this.#finish(event)
      case 'end':
        this.#isOver = true
        return spell('message_stop')
      case 'error':
        return this.#fail(event.error)
    }
  }

  /** With the one estimate that Tapline makes; the end puts it right. */
  #start({ model, extras }: NeutralEvent & { readonly type: 'start' }): string {
    const { promptTokens = 0, from } = this.#context
    return spell('message_start', {
      message: withFurther(
        {
          id: messageId(this.#context),
          type: 'message',
          role: 'assistant',
          model: model ?? from.model,
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { input_tokens: this.#usage?.inputTokens ?? promptTokens, output_tokens: 0 },
        },
        extras,
      ),
    })
  }

  #keyed(event: KeyedEvent): string {
    const waiting = this.#waiting.get(event.key)
    if (waiting !== undefined) {
      waiting.events.push(event)
      return ''
    }
    switch (event.type) {
      case 'open':
        return this.#open(event.key, event.block)
      case 'delta':
        return this.#delta(event.key, event.text)
      case 'state':
        return this.#sign(event.key, event.state)
      case 'close':
        return this.#close(event.key)
      case 'meta':
        this.#context.losses.silent('annotations', `${dialect} has citations of its own only`)
    }
    return ''
  }

  #open(key: string, block: OpenedBlock): string {
    if (block.type === 'image' || (block.type === 'reasoning' && this.#shown === 'none')) {
      this.#hidden.add(key)
      if (block.type === 'image') dropImage(this.#context.losses)
      return ''
    }
    if (block.type === 'refusal') this.#hasRefusal = true
    if (!this.#isShownEmpty(block)) {
      this.#unsaid.set(key, block)
      return ''
    }
    return this.#show(key, block)
  }

  #isShownEmpty(block: OpenedBlock): boolean {
    return block.type === 'tool_call' || (block.type === 'reasoning' && (block.redacted !== undefined || this.#shown === 'state'))
  }

  #show(key: string, block: OpenedBlock): string {
    const room = this.#makeRoom()
    if (room !== undefined && this.#waiting.size === 0) return room + this.#begin(key, block)
    this.#waiting.set(key, { block, events: [] })
    return room === undefined ? '' : room + this.#goOn()
  }

  /** Closes the open block; `undefined` if it must stay: a call whose arguments are not whole. */
  #makeRoom(): string | undefined {
    const current = this.#current
    if (current === undefined) return ''
    if (current.block.type === 'tool_call' && !isWhole(current.text)) return undefined
    this.#closed.set(current.key, current.block)
    return this.#stop(current)
  }

  #begin(key: string, block: OpenedBlock): string {
    const before = block.type === 'tool_call' ? this.#sealed(block) : undefined
    const head = before?.head ?? ''
    const content = before?.content ?? this.#contentOf(block)
    const index = this.#index++
    this.#current = { key, block, text: '', state: undefined }
    return `${head}event: content_block_start\ndata: {"type":"content_block_start","index":${index},"content_block":${JSON.stringify(content)}}\n\n`
  }

  #contentOf(block: OpenedBlock): object {
    switch (block.type) {
      case 'text':
      case 'refusal':
        return { type: 'text', text: '' }
      case 'reasoning':
        return block.redacted === undefined ? { type: 'thinking', thinking: '', signature: '' } : { type: 'redacted_thinking', data: block.redacted }
      case 'tool_call':
      case 'image':
        throw new TypeError(`${block.type} is spelled elsewhere`)
    }
  }

  /** A call, with another vendor's state in it, or sealed in a block before it. */
  #sealed({ id, name, state }: OpenedBlock & { readonly type: 'tool_call' }): { readonly head: string; readonly content: object } {
    this.#hasCalls = true
    const spelled = this.#ids.spell(id)
    const call = { type: 'tool_use', id: spelled, name, input: {} }
    if (state === undefined || state.vendor === 'anthropic') return { head: '', content: call }
    if (!this.#seals) return { head: '', content: { ...call, ...carried(state) } }
    const index = this.#index++
    const head =
      spell('content_block_start', { index, content_block: { type: 'thinking', thinking: '', signature: '' } }) +
      spellDelta(index, 'signature', sealCall(spelled, state)) +
      spellStop(index)
    return { head, content: call }
  }

  #delta(key: string, text: string): string {
    const current = this.#current
    if (current?.key !== key) return this.#late(key, text)
    const { block } = current
    switch (block.type) {
      case 'tool_call':
        current.text += text
        return spellDelta(this.#index - 1, 'input', text)
      case 'reasoning':
        if (this.#seals) current.text += text
        return this.#shown === 'state' ? '' : spellDelta(this.#index - 1, 'thinking', text)
      default:
        return spellDelta(this.#index - 1, 'text', text)
    }
  }

  /** The first text of a block, or text for one that was closed: another block of its kind. A call cannot go on. */
  #late(key: string, text: string): string {
    const block = this.#unsaid.get(key) ?? this.#closed.get(key)
    if (block === undefined || (block.type === 'tool_call' && text.trim() === '')) return ''
    if (block.type === 'tool_call')
      throw gatewayError('bad_upstream_response', `${this.#context.from.provider} went on with the arguments of a tool call that was whole`, {
        provider: this.#context.from.provider,
      })
    this.#forget(key)
    return this.#show(key, block) + this.#keyed({ type: 'delta', key, text })
  }

  #sign(key: string, state: VendorState): string {
    const current = this.#current
    const unsaid = this.#unsaid.get(key)
    if (unsaid?.type === 'reasoning' && this.#takes(state)) {
      this.#forget(key)
      return this.#show(key, unsaid) + this.#keyed({ type: 'state', key, state })
    }
    if (current?.key !== key || current.block.type !== 'reasoning') {
      this.#context.losses.silent('thought_signature', `${dialect} has no place for it here`)
      return ''
    }
    const before = current.state
    current.state = before === undefined || before.vendor !== state.vendor ? state : { ...state, value: before.value + state.value }
    return ''
  }

  #close(key: string): string {
    const current = this.#current
    if (current?.key !== key) {
      this.#forget(key)
      return ''
    }
    return this.#stop(current) + this.#goOn()
  }

  #forget(key: string): void {
    this.#unsaid.delete(key)
    this.#closed.delete(key)
  }

  /** Whether a thinking block can be signed with it. */
  #takes({ vendor }: VendorState): boolean {
    return vendor === 'anthropic' || this.#seals
  }

  #stop(current: Current): string {
    const index = this.#index - 1
    this.#current = undefined
    const signature = this.#signatureOf(current)
    // Also where nobody signed: clients that know a signature by its event alone send no thoughts back without.
    return (isThinking(current) ? spellDelta(index, 'signature', signature) : '') + spellStop(index)
  }

  #signatureOf({ block, text, state }: Current): string {
    if (state === undefined || block.type !== 'reasoning' || block.redacted !== undefined) return ''
    if (state.vendor === 'anthropic') return state.value
    return this.#seals ? sealThought(text, state, block.itemId) : ''
  }

  /** The block that has waited longest begins; it may be whole already. */
  #goOn(): string {
    let out = ''
    while (this.#current === undefined) {
      const [next] = this.#waiting
      if (next === undefined) break
      const [key, { block, events }] = next
      this.#waiting.delete(key)
      out += this.#begin(key, block)
      for (const event of events) out += this.#keyed(event)
    }
    return out
  }

  #finish(event: NeutralEvent & { readonly type: 'finish' }): string {
    let out = ''
    while (this.#current !== undefined) out += this.#stop(this.#current) + this.#goOn()
    const delta = withFurther({ ...stopOf(event, { hasCalls: this.#hasCalls, hasRefusal: this.#hasRefusal }) }, event.extras)
    return out + spell('message_delta', { delta, usage: withFurther({ ...writeFinalUsage(this.#usage) }, this.#usageExtras) })
  }

  #fail(error: GatewayError): string {
    this.#isOver = true
    return `event: error\ndata: ${errorEnvelope(error, this.#context.requestId)}\n\n`
  }
}

/** Whether a tool's arguments are all there. */
function isWhole(text: string): boolean {
  if (text.trim() === '') return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Whether a signature ends it. */
function isThinking({ block }: Current): boolean {
  return block.type === 'reasoning' && block.redacted === undefined
}
