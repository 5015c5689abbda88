/** The turns, with system text where it stood, and one message per tool result. */

import type { JsonObject } from '../../../core/index.ts'
import { refusal, type Losses } from '../../../core/neutral/losses.ts'
import { dataUrl, fileText } from '../../../core/neutral/media.ts'
import type { FileBlock, ImageBlock, SystemText, ToolCallBlock, ToolResultBlock, Block, NeutralRequest, Turn } from '../../../core/neutral/request.ts'
import { noteForeign } from '../../../core/neutral/state.ts'
import { dialect, type Writing } from './writing.ts'

export function writeMessages({ turns, system }: NeutralRequest, writing: Writing): JsonObject[] {
  const messages = turns.flatMap((turn, index) => [...writeSystem(system, before => before === index), ...writeTurn(turn, writing)])
  return [...messages, ...writeSystem(system, before => before >= turns.length)]
}

function writeSystem(system: readonly SystemText[], stands: (before: number) => boolean): JsonObject[] {
  return system.flatMap(({ text, before }) => (text !== '' && stands(before) ? [{ role: 'system', content: text }] : []))
}

function writeTurn({ role, blocks }: Turn, writing: Writing): JsonObject[] {
  if (role === 'assistant') return writeAssistant(blocks, writing)
  const results = blocks.flatMap(block => (block.type === 'tool_result' ? [writeResult(block, writing)] : []))
  const parts = blocks.filter(({ type }) => type !== 'tool_result').flatMap(block => writePart(block, writing))
  return parts.length === 0 ? results : [...results, { role: 'user', content: contentOf(parts) }]
}

/** Thoughts stay behind: the model does not need them, and they may be another's. */
function writeAssistant(blocks: readonly Block[], writing: Writing): JsonObject[] {
  if (blocks.some(({ type }) => type === 'reasoning')) writing.losses.silent('reasoning', `not taken by ${dialect}`)
  if (blocks.some(block => block.type === 'tool_call' && block.state !== undefined)) noteForeign('extra_content', writing.to, writing.losses)
  const calls = blocks.flatMap(block => (block.type === 'tool_call' ? [writeCall(block, writing)] : []))
  const parts = blocks
    .filter(({ type }) => type !== 'tool_call' && type !== 'reasoning')
    .flatMap(block => {
      if (block.type === 'image') throw refusal(block.at ?? 'messages', `${dialect} takes images from users only`)
      return writePart(block, writing)
    })
  if (calls.length === 0 && parts.length === 0) return []
  return [{ role: 'assistant', ...(parts.length === 0 ? {} : { content: contentOf(parts) }), ...(calls.length === 0 ? {} : { tool_calls: calls }) }]
}

/** Cohere reads arguments as JSON: nothing is an object without members, and free text the only member of one. */
function writeCall({ id, name, argumentsText, isCustom }: ToolCallBlock, { names }: Writing): JsonObject {
  const text = isCustom === true ? JSON.stringify({ input: argumentsText }) : argumentsText.trim() === '' ? '{}' : argumentsText
  return { id, type: 'function', function: { name: names.spell(name), arguments: text } }
}

function writeResult({ callId, blocks, at = 'messages' }: ToolResultBlock, writing: Writing): JsonObject {
  const parts = blocks.flatMap(block => {
    if (block.type === 'image' || (block.type === 'file' && fileText(block) === undefined))
      throw refusal(block.at ?? at, `${dialect} takes only text in a tool's result`)
    return writePart(block, writing)
  })
  return { role: 'tool', tool_call_id: callId, content: contentOf(parts) }
}

/** A single text stands by itself. */
function contentOf(parts: readonly JsonObject[]): string | readonly JsonObject[] {
  const [only] = parts
  if (only === undefined) return ''
  return parts.length === 1 && typeof only['text'] === 'string' ? only['text'] : parts
}

function writePart(block: Block, { losses }: Writing): readonly JsonObject[] {
  switch (block.type) {
    case 'text':
    case 'refusal':
      return block.text === '' ? [] : [{ type: 'text', text: block.text }]
    case 'image':
      return [writeImage(block)]
    case 'file':
      return [writeFile(block, losses)]
    case 'audio':
    case 'video':
      throw refusal(block.at ?? 'messages', `${dialect} does not take ${block.type}`)
    default:
      return []
  }
}

function writeImage({ source, detail, at = 'messages' }: ImageBlock): JsonObject {
  if (source.kind === 'file') throw refusal(at, `${dialect} takes no file ids; send the image itself, or its address`)
  const url = source.kind === 'url' ? source.url : dataUrl(source.mime, source.data)
  return { type: 'image_url', image_url: { url, ...(detail === undefined ? {} : { detail: detail === 'original' ? 'high' : detail }) } }
}

/** Of files only text, headed by its name and what was said of it. */
function writeFile(file: FileBlock, losses: Losses): JsonObject {
  const text = fileText(file)
  if (text === undefined) throw refusal(file.at ?? 'messages', `${dialect} takes no files but text`)
  if (file.citations === true) losses.drop('citations', `not taken by ${dialect}`, file.at)
  return { type: 'text', text }
}
