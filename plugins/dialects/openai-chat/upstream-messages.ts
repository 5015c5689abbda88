/** Writes system texts and turns as the messages of a chat completion. */

import { refusal } from '../../../core/neutral/losses.ts'
import { isOwn } from '../../../core/neutral/state.ts'
import type {
  Block,
  FileBlock,
  ImageBlock,
  Json,
  JsonObject,
  ReasoningBlock,
  RefusalBlock,
  SystemText,
  TextBlock,
  ToolCallBlock,
  ToolResultBlock,
  Turn,
} from '../../../core/neutral/request.ts'
import { fileText } from '../../../core/neutral/media.ts'
import { detailOf, writeDetails } from './details.ts'
import { heldContent, joinContents, signedContent, vendorOfThought } from './state.ts'
import { writeParts, type Part } from './upstream-parts.ts'
import { dialect, type Writing } from './writing.ts'

/** What an assistant's message has a place for. */
const ofAssistants: ReadonlySet<Block['type']> = new Set<Block['type']>(['text', 'refusal', 'reasoning', 'tool_call'])

type BlockOf<T extends Block['type']> = Extract<Block, { readonly type: T }>

export function writeMessages(writing: Writing): readonly JsonObject[] {
  const { turns, system } = writing.request
  notePrefill(writing)
  const messages = new Messages(writing)
  const places = new Set(system.map(({ before }) => before))
  for (const [index, turn] of turns.entries()) {
    if (places.has(index)) messages.system(system.filter(({ before }) => before === index))
    messages.turn(turn, index)
  }
  messages.system(system.filter(({ before }) => before >= turns.length))
  return messages.list
}

/** Most models answer anew where others would go on. */
function notePrefill({ request: { turns }, to, losses }: Writing): void {
  const last = turns.at(-1)
  if (last?.role !== 'assistant' || to.traits.prefill === true || last.blocks.some(({ type }) => type === 'tool_call')) return
  losses.drop('prefill', 'the model begins an answer of its own', last.at)
}

class Messages {
  readonly list: JsonObject[] = []
  readonly #writing: Writing
  /** Results that were already written behind their calls. */
  readonly #written = new Set<ToolResultBlock>()

  constructor(writing: Writing) {
    this.#writing = writing
  }

  /** Neighbours of one kind are one message. */
  system(texts: readonly SystemText[]): void {
    for (const group of groups(texts)) {
      const [first] = group
      if (first !== undefined)
        this.list.push({
          role: first.kind,
          content: this.#content(group.map(({ text, cache }) => ({ type: 'text', text, ...(cache === undefined ? {} : { cache }) }))),
        })
    }
  }

  turn(turn: Turn, index: number): void {
    switch (turn.role) {
      case 'user':
        return this.#user(turn)
      case 'assistant':
        return this.#assistant(turn, index)
      case 'tool':
        return this.#results(only(turn.blocks, 'tool_result').filter(result => !this.#written.has(result)))
    }
  }

  #user({ blocks, name }: Turn): void {
    if (blocks.length === 0) return this.#writing.losses.silent('messages', 'empty messages are left out')
    this.list.push({ role: 'user', ...named(name), content: this.#content(blocks) })
  }

  #content(blocks: readonly Block[]): Json {
    const parts = writeParts(blocks, this.#writing)
    const [first] = parts
    return parts.length === 1 && first !== undefined && isPlain(first) ? first.text : parts
  }

  /** Texts stand before calls: in which order they came has no place here. */
  #assistant({ blocks, name }: Turn, index: number): void {
    const untaken = blocks.find(({ type }) => !ofAssistants.has(type))
    if (untaken !== undefined) throw refusal(untaken.at ?? 'messages', `${dialect} takes no ${untaken.type} of an assistant`)
    const texts = only(blocks, 'text')
    const calls = only(blocks, 'tool_call')
    const refusals = only(blocks, 'refusal')
    const thoughts = only(blocks, 'reasoning')
    const reasoning = joined(thoughts)
    const content = joined(texts)
    const held = this.#held(thoughts, texts)
    if (texts.length + calls.length + refusals.length === 0 && reasoning === '' && Object.keys(held).length === 0)
      return this.#writing.losses.silent('messages', 'empty messages are left out')
    if (calls.length > 0 && isInterleaved(blocks)) this.#writing.losses.silent('content', 'texts stand before tool calls')
    this.list.push({
      role: 'assistant',
      ...named(name),
      content: content === '' && calls.length + refusals.length > 0 ? null : content,
      ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
      ...(refusals.length === 0 ? {} : { refusal: joined(refusals) }),
      ...(calls.length === 0 ? {} : { tool_calls: calls.map(call => this.#call(call)) }),
      ...held,
    })
    if (calls.length > 0) this.#answers(calls, index)
  }

  /** State goes to nobody but the vendor that issued it. */
  #held(thoughts: readonly ReasoningBlock[], texts: readonly TextBlock[]): JsonObject {
    const { to, losses } = this.#writing
    const own = thoughts.filter(thought => vendorOfThought(thought) === undefined || this.#isOwnThought(thought))
    const foreign = thoughts.some(thought => !own.includes(thought)) || texts.some(({ state }) => state !== undefined && !isOwn(state, to))
    if (foreign) losses.silent('extra_content', `state of another vendor is not sent to ${to.provider}`)
    const signed = texts.filter(text => isOwn(text.state, to))
    if (signed.length > 1) losses.silent('extra_content', 'a message has one signature for its text')
    const state = signed.at(-1)?.state
    const details = writeDetails(own)
    const content = joinContents(heldContent(own.filter(thought => detailOf(thought) === undefined)), state === undefined ? undefined : signedContent(state))
    return { ...(details.length === 0 ? {} : { reasoning_details: details }), ...(content === undefined ? {} : { extra_content: content }) }
  }

  #isOwnThought(thought: ReasoningBlock): boolean {
    return thought.state === undefined ? vendorOfThought(thought) === this.#writing.to.traits.vendor : isOwn(thought.state, this.#writing.to)
  }

  #call({ id, name, argumentsText, isCustom, state }: ToolCallBlock): JsonObject {
    const { to, names, losses } = this.#writing
    const spelled = names.spell(name)
    const isSent = isOwn(state, to)
    if (state !== undefined && !isSent) losses.silent('extra_content', `state of another vendor is not sent to ${to.provider}`)
    const held = state === undefined || !isSent ? {} : { extra_content: signedContent(state) }
    if (isCustom !== true) return { id, type: 'function', function: { name: spelled, arguments: argumentsText.trim() === '' ? '{}' : argumentsText }, ...held }
    if (to.traits.vendor === 'openai') return { id, type: 'custom', custom: { name: spelled, input: argumentsText }, ...held }
    return { id, type: 'function', function: { name: spelled, arguments: JSON.stringify({ input: argumentsText }) }, ...held }
  }

  /** What answers these calls before the assistant speaks again, in their order. */
  #answers(calls: readonly ToolCallBlock[], index: number): void {
    const { turns } = this.#writing.request
    const next = turns.findIndex(({ role }, at) => at > index && role === 'assistant')
    const results = turns.slice(index + 1, next < 0 ? undefined : next).flatMap(({ blocks }) => only(blocks, 'tool_result'))
    const rank = new Map(calls.map(({ id }, at) => [id, at]))
    this.#results(results.toSorted((one, other) => (rank.get(one.callId) ?? rank.size) - (rank.get(other.callId) ?? rank.size)))
  }

  #results(results: readonly ToolResultBlock[]): void {
    const moved: (ImageBlock | FileBlock)[] = []
    for (const result of results) {
      this.#written.add(result)
      this.list.push(this.#result(result, moved))
    }
    if (moved.length > 0) this.list.push({ role: 'user', content: this.#content(moved) })
  }

  /** Chat's results are text. @param moved where images and files go, for a message behind the results */
  #result({ callId, blocks, isError, at, cache }: ToolResultBlock, moved: (ImageBlock | FileBlock)[]): JsonObject {
    const { to, losses } = this.#writing
    let content = ''
    for (const block of blocks) {
      const text = block.type === 'text' ? block.text : block.type === 'file' ? fileText(block) : undefined
      if (text !== undefined) content += text
      else if (to.traits.images === true && block.type !== 'text') moved.push(block)
      else losses.drop('tool_result.image', `${dialect} takes text only in tool results`, block.at ?? at)
    }
    const isAnthropic = to.traits.vendor === 'anthropic'
    if (isError === true && !isAnthropic) losses.silent('is_error', `not known to ${dialect}`)
    if (cache !== undefined) losses.silent('cache_control', `not taken by ${dialect}`)
    return { role: 'tool', tool_call_id: callId, content, ...(isError === true && isAnthropic ? { extra_content: { anthropic: { is_error: true } } } : {}) }
  }
}

function groups(texts: readonly SystemText[]): SystemText[][] {
  const grouped: SystemText[][] = []
  for (const text of texts) {
    const last = grouped.at(-1)
    if (last?.[0]?.kind === text.kind) last.push(text)
    else grouped.push([text])
  }
  return grouped
}

function isPlain(part: Part): part is { readonly type: 'text'; readonly text: string } {
  return part['type'] === 'text' && part['cache_control'] === undefined
}

function isInterleaved(blocks: readonly Block[]): boolean {
  const firstCall = blocks.findIndex(({ type }) => type === 'tool_call')
  return blocks.slice(firstCall).some(({ type }) => type === 'text')
}

function named(name: string | undefined): JsonObject {
  return name === undefined ? {} : { name }
}

function only<T extends Block['type']>(blocks: readonly Block[], type: T): BlockOf<T>[] {
  return blocks.filter((block): block is BlockOf<T> => block.type === type)
}

function joined(blocks: readonly (TextBlock | ReasoningBlock | RefusalBlock)[]): string {
  return blocks.map(({ text }) => text).join('')
}
