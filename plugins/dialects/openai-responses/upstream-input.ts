/** Writes system texts and turns as instructions and input items. */

import { refusal } from '../../../core/neutral/losses.ts'
import { isOwn, isSealed } from '../../../core/neutral/state.ts'
import { defined } from '../../../core/neutral/members.ts'
import type { Block, Json, JsonObject, ReasoningBlock, SystemText, ToolCallBlock, ToolResultBlock, Turn } from '../../../core/neutral/request.ts'
import { noteCache, writeParts } from './upstream-parts.ts'
import { dialect, type Writing } from './writing.ts'

/** The texts that lead are the instructions; later ones stand as items where they stood. */
export function writeInput(writing: Writing): { readonly instructions: string | undefined; readonly input: readonly JsonObject[] } {
  const {
    request: { system, turns },
  } = writing
  const leading = system.filter(({ before }) => before === 0)
  for (const { cache } of system) noteCache(cache, writing)
  notePrefill(writing)
  const input = new Input(writing)
  for (const [index, turn] of turns.entries()) {
    if (index > 0) input.system(system.filter(({ before }) => before === index))
    input.turn(turn)
  }
  input.system(system.filter(({ before }) => before > 0 && before >= turns.length))
  return { instructions: leading.length === 0 ? undefined : leading.map(({ text }) => text).join('\n\n'), input: input.items }
}

/** Models answer anew where others would go on. */
function notePrefill({ request: { turns }, losses }: Writing): void {
  const last = turns.at(-1)
  if (last?.role === 'assistant' && !last.blocks.some(({ type }) => type === 'tool_call'))
    losses.drop('prefill', 'the model begins an answer of its own', last.at)
}

class Input {
  readonly items: JsonObject[] = []
  readonly #writing: Writing
  /** Calls of tools that take free text: their results are of a type of their own. */
  readonly #customCalls = new Set<string>()

  constructor(writing: Writing) {
    this.#writing = writing
  }

  system(texts: readonly SystemText[]): void {
    for (const { text } of texts) this.items.push({ type: 'message', role: 'developer', content: [{ type: 'input_text', text }] })
  }

  turn({ role, blocks, name }: Turn): void {
    if (name !== undefined) this.#writing.losses.silent('name', `not taken by ${dialect}`)
    switch (role) {
      case 'user':
        return this.#user(blocks)
      case 'assistant':
        return this.#assistant(blocks)
      case 'tool':
        for (const block of blocks) if (block.type === 'tool_result') this.items.push(this.#result(block))
    }
  }

  #user(blocks: readonly Block[]): void {
    if (blocks.length === 0) return this.#writing.losses.silent('messages', 'empty messages are left out')
    this.items.push({ type: 'message', role: 'user', content: writeParts(blocks, this.#writing) })
  }

  /** Texts that follow one another are one message; all else stands between them as it did. */
  #assistant(blocks: readonly Block[]): void {
    let parts: JsonObject[] = []
    const close = () => {
      if (parts.length > 0) this.items.push({ type: 'message', role: 'assistant', content: parts })
      parts = []
    }
    for (const [index, block] of blocks.entries()) {
      if (block.type === 'text' || block.type === 'refusal') {
        if (block.text !== '') parts.push(block.type === 'text' ? { type: 'output_text', text: block.text } : { type: 'refusal', refusal: block.text })
        continue
      }
      close()
      if (block.type === 'tool_call') this.items.push(this.#call(block))
      else if (block.type === 'reasoning') this.#reason(block, blocks.slice(index + 1))
      else throw refusal(block.at ?? 'messages', `${dialect} takes no ${block.type} of an assistant`)
    }
    close()
  }

  /** Only what its vendor can read goes back, and only before what it led to: alone it is refused. */
  #reason({ text, isSummary, state, itemId, redacted }: ReasoningBlock, following: readonly Block[]): void {
    const { to, losses } = this.#writing
    const isSent = redacted === undefined && state !== undefined && isOwn(state, to) && !isSealed(state.value)
    if (!isSent) return losses.silent('reasoning', `not of ${to.provider}`)
    if (!following.some(isSaid)) return losses.silent('reasoning', 'it led to nothing')
    const isRaw = text !== '' && isSummary !== true
    this.items.push(
      defined<Record<string, Json>>({
        type: 'reasoning',
        id: itemId,
        summary: text === '' || isRaw ? [] : [{ type: 'summary_text', text }],
        content: isRaw ? [{ type: 'reasoning_text', text }] : undefined,
        encrypted_content: state.value,
      }),
    )
  }

  #call({ id, name, argumentsText, isCustom, state, cache }: ToolCallBlock): JsonObject {
    const { names, losses, to } = this.#writing
    noteCache(cache, this.#writing)
    if (state !== undefined) losses.silent('extra_content', `state of a call is not taken by ${to.provider}`)
    if (isCustom !== true) return { type: 'function_call', call_id: id, name: names.spell(name), arguments: argumentsText.trim() === '' ? '{}' : argumentsText }
    this.#customCalls.add(id)
    return { type: 'custom_tool_call', call_id: id, name: names.spell(name), input: argumentsText }
  }

  #result({ callId, blocks, isError, isCustom, cache }: ToolResultBlock): JsonObject {
    noteCache(cache, this.#writing)
    if (isError === true) this.#writing.losses.silent('is_error', `not known to ${dialect}`)
    const type = isCustom === true || this.#customCalls.has(callId) ? 'custom_tool_call_output' : 'function_call_output'
    const [first] = blocks
    if (first === undefined) return { type, call_id: callId, output: '' }
    return { type, call_id: callId, output: blocks.length === 1 && first.type === 'text' ? first.text : writeParts(blocks, this.#writing) }
  }
}

function isSaid(block: Block): boolean {
  return block.type === 'tool_call' || ((block.type === 'text' || block.type === 'refusal') && block.text !== '')
}
