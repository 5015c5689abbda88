/** The turns: strictly alternating, with all results of one turn's calls at the head of the user's message behind it. */

import type { JsonObject } from '../../../core/index.ts'
import { refusal } from '../../../core/neutral/losses.ts'
import { argumentsObject, objectIn } from '../../../core/neutral/arguments.ts'
import { isBlank } from '../../../core/neutral/blank.ts'
import { parseExactly } from '../../../core/neutral/json.ts'
import { noteForeign } from '../../../core/neutral/state.ts'
import type { ReasoningBlock, ToolCallBlock, ToolResultBlock, Block, NeutralRequest, Turn } from '../../../core/neutral/request.ts'
import { markOf } from './cache-points.ts'
import { writeDocument, writeImage, writeVideo } from './media.ts'
import { writeReasoning } from './reasoning.ts'
import { dialect, type Writing } from './writing.ts'

type Message = {
  readonly role: 'user' | 'assistant'
  readonly content: readonly JsonObject[]
}

export function writeMessages(request: NeutralRequest, writing: Writing): JsonObject[] {
  const messages: Message[] = []
  for (const { role, turns } of merged(request.turns)) {
    const content = resultsFirst(turns).flatMap(block => writeBlock(block, writing))
    const last = messages.at(-1)
    if (content.length === 0) continue
    if (last?.role === role) messages[messages.length - 1] = { role, content: [...last.content, ...content] }
    else messages.push({ role, content })
  }
  const last = messages.pop()
  if (last === undefined) return messages
  return [...messages, { role: last.role, content: [...last.content, ...writing.points.after(writing.points.whole)] }]
}

/** Neighbours who speak in one role. */
function merged(turns: readonly Turn[]): readonly { readonly role: Message['role']; readonly turns: Turn[] }[] {
  const groups: { readonly role: Message['role']; readonly turns: Turn[] }[] = []
  for (const turn of turns) {
    const role = turn.role === 'assistant' ? 'assistant' : 'user'
    const last = groups.at(-1)
    if (last?.role === role) last.turns.push(turn)
    else groups.push({ role, turns: [turn] })
  }
  return groups
}

function resultsFirst(turns: readonly Turn[]): readonly Block[] {
  const blocks = turns.flatMap(({ blocks }) => blocks)
  const isResult = ({ type }: Block) => type === 'tool_result'
  return blocks.some(isResult) ? [...blocks.filter(isResult), ...blocks.filter(block => !isResult(block))] : blocks
}

/** A block, and the point behind it if it is marked; nothing for what is empty or not to be told. */
function writeBlock(block: Block, writing: Writing): readonly JsonObject[] {
  const written = spell(block, writing)
  return written.length === 0 ? [] : [...written, ...writing.points.after(markOf(block))]
}

function spell(block: Block, writing: Writing): readonly JsonObject[] {
  switch (block.type) {
    case 'text':
    case 'refusal':
      return writeText(block.text, writing)
    case 'image':
      return [writeImage(block)]
    case 'video':
      return [writeVideo(block)]
    case 'file':
      return [writeDocument(block, writing.documents)]
    case 'reasoning':
      return writeOwnReasoning(block, writing)
    case 'tool_call':
      return [writeCall(block, writing)]
    case 'tool_result':
      return [writeResult(block, writing)]
    case 'audio':
      throw refusal(block.at ?? 'messages', `${dialect} does not take audio`)
  }
}

function writeOwnReasoning(block: ReasoningBlock, { to, losses }: Writing): readonly JsonObject[] {
  const written = writeReasoning(block, to)
  if (written.length === 0) noteForeign('reasoning', to, losses)
  return written
}

function writeCall({ id, name, argumentsText, isCustom, state, at }: ToolCallBlock, { ids, names, losses, to }: Writing): JsonObject {
  if (state !== undefined) noteForeign('extra_content', to, losses)
  const { value, isBroken } = isCustom === true ? { value: { input: argumentsText }, isBroken: false } : argumentsObject(argumentsText)
  if (isBroken) losses.drop('tool_calls.arguments', 'the arguments are no JSON, and are kept as text', at ?? 'tool_calls.arguments')
  return { toolUse: { toolUseId: ids.spell(id), name: names.spell(name), input: value } }
}

function writeResult({ callId, blocks, isError }: ToolResultBlock, writing: Writing): JsonObject {
  const content = blocks.flatMap(block => (block.type === 'text' ? writeResultText(block.text, writing) : spell(block, writing)))
  return {
    toolResult: {
      toolUseId: writing.ids.spell(callId),
      content: content.length === 0 ? [{ json: {} }] : content,
      ...(isError === true ? { status: 'error' } : {}),
    },
  }
}

function writeResultText(text: string, writing: Writing): readonly JsonObject[] {
  const json = objectIn(text, parseExactly)
  return json === undefined ? writeText(text, writing) : [{ json }]
}

function writeText(text: string, { losses }: Writing): readonly JsonObject[] {
  if (!isBlank(text)) return [{ text }]
  losses.silent('messages', `${dialect} takes no texts of nothing but space`)
  return []
}
