/** The conversation as an AI SDK prompt. */

import type { JsonObject } from '../../../core/index.ts'
import { refusal } from '../../../core/neutral/losses.ts'
import { argumentsObject } from '../../../core/neutral/arguments.ts'
import type {
  AudioBlock,
  Block,
  FileBlock,
  ImageBlock,
  ReasoningBlock,
  Source,
  ToolCallBlock,
  ToolResultBlock,
  Turn,
  VideoBlock,
  NeutralRequest,
} from '../../../core/neutral/request.ts'
import { isOwn, noteForeign } from '../../../core/neutral/state.ts'
import { dialect, providerOptions, type Writing } from './writing.ts'

export function writePrompt(request: NeutralRequest, writing: Writing): readonly JsonObject[] {
  const named = new Map(request.turns.flatMap(({ blocks }) => blocks.flatMap(block => (block.type === 'tool_call' ? [[block.id, block.name] as const] : []))))
  return [...writeSystem(request, writing), ...request.turns.flatMap(turn => writeTurn(turn, named, writing))]
}

/** Packages take system texts at the beginning only. */
function writeSystem({ system }: NeutralRequest, { to, losses }: Writing): readonly JsonObject[] {
  const late = system.find(({ before }) => before > 0)
  if (late !== undefined) losses.drop('system_position', `${dialect} takes system texts at the beginning only`, late.at)
  return system.filter(({ text }) => text !== '').map(({ text, cache }) => ({ role: 'system', content: text, ...providerOptions(to, { cache }) }))
}

function writeTurn({ role, blocks }: Turn, named: ReadonlyMap<string, string>, writing: Writing): readonly JsonObject[] {
  const content = blocks.flatMap(block => writeBlock(block, role, named, writing))
  return content.length === 0 ? [] : [{ role, content }]
}

function writeBlock(block: Block, role: Turn['role'], named: ReadonlyMap<string, string>, writing: Writing): readonly JsonObject[] {
  const { to } = writing
  switch (block.type) {
    case 'text':
      return block.text === '' ? [] : [{ type: 'text', text: block.text, ...providerOptions(to, { cache: block.cache, state: block.state }) }]
    case 'refusal':
      return block.text === '' ? [] : [{ type: 'text', text: block.text }]
    case 'image':
    case 'audio':
    case 'video':
    case 'file':
      if (role === 'assistant') throw refusal(block.at ?? 'messages', `an assistant's ${block.type} cannot be translated to ${dialect}`)
      return [writeMedia(block, writing)]
    case 'reasoning':
      return writeReasoning(block, writing)
    case 'tool_call':
      return [writeCall(block, writing)]
    case 'tool_result':
      return [writeResult(block, named, writing)]
  }
}

/** Only its own vendor's thoughts go back. */
function writeReasoning({ text, state, redacted, itemId }: ReasoningBlock, { to, losses }: Writing): readonly JsonObject[] {
  if (!isOwn(state, to) && (redacted === undefined || state !== undefined || to.traits.vendor !== 'anthropic')) {
    noteForeign('reasoning', to, losses)
    return []
  }
  const further =
    redacted !== undefined ? { anthropic: { redactedData: redacted } } : itemId === undefined || to.traits.vendor !== 'openai' ? {} : { openai: { itemId } }
  return [{ type: 'reasoning', text, ...providerOptions(to, { state, further }) }]
}

function writeCall({ id, name, argumentsText, isCustom, state, cache, at }: ToolCallBlock, { to, names, losses }: Writing): JsonObject {
  const { value: input, isBroken } = isCustom === true ? { value: { input: argumentsText }, isBroken: false } : argumentsObject(argumentsText)
  if (isBroken) losses.drop('tool_calls.arguments', 'not JSON, kept as text', at)
  if (state !== undefined && !isOwn(state, to)) noteForeign('extra_content', to, losses)
  return { type: 'tool-call', toolCallId: id, toolName: names.spell(name), input, ...providerOptions(to, { state, cache }) }
}

function writeResult({ callId, name, blocks, isError, cache }: ToolResultBlock, named: ReadonlyMap<string, string>, writing: Writing): JsonObject {
  const toolName = writing.names.spell(named.get(callId) ?? name ?? 'unknown')
  const texts = blocks.flatMap(block => (block.type === 'text' ? block.text : []))
  const output =
    texts.length === blocks.length || isError === true
      ? { type: isError === true ? 'error-text' : 'text', value: texts.join('') }
      : { type: 'content', value: blocks.flatMap(block => (block.type === 'text' ? writeBlock(block, 'tool', named, writing) : [writeMedia(block, writing)])) }
  if (isError === true && texts.length < blocks.length) writing.losses.drop('tool_result.image', `${dialect} takes only text of a tool that failed`)
  return { type: 'tool-result', toolCallId: callId, toolName, output, ...providerOptions(writing.to, { cache }) }
}

function writeMedia(block: ImageBlock | AudioBlock | VideoBlock | FileBlock, { to }: Writing): JsonObject {
  if (block.type === 'audio') return { type: 'file', mediaType: block.mime, data: { type: 'data', data: block.data } }
  const { source } = block
  const cache = block.type === 'video' ? undefined : block.cache
  if (source.kind === 'text') return { type: 'text', text: headed(source.text, block as FileBlock), ...providerOptions(to, { cache }) }
  const further = block.type === 'image' && block.detail !== undefined ? { openai: { imageDetail: block.detail } } : {}
  return { type: 'file', mediaType: typeOf(block, source), ...named(block), data: dataOf(source), ...providerOptions(to, { cache, further }) }
}

function headed(text: string, { name, context }: FileBlock): string {
  return [name, context, text].filter(line => line !== undefined && line !== '').join('\n')
}

function named(block: ImageBlock | VideoBlock | FileBlock): JsonObject {
  return block.type === 'file' && block.name !== undefined ? { filename: block.name } : {}
}

function typeOf(block: ImageBlock | VideoBlock | FileBlock, source: Source): string {
  if (source.kind === 'base64') return source.mime
  return block.type === 'file' ? (block.mime ?? 'application/pdf') : `${block.type}/*`
}

function dataOf(source: Source): JsonObject {
  switch (source.kind) {
    case 'base64':
      return { type: 'data', data: source.data }
    case 'url':
      return { type: 'url', url: source.url }
    case 'file':
      return { type: 'reference', reference: { [source.vendor]: source.id } }
  }
}
