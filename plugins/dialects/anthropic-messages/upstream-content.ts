/** The blocks of a message, as Anthropic spells them. */

import type { JsonObject } from '../../../core/index.ts'
import { refusal } from '../../../core/neutral/losses.ts'
import type { Block, FileBlock, ImageBlock, Source, TextBlock, ToolCallBlock, ToolResultBlock } from '../../../core/neutral/request.ts'
import { argumentsObject } from '../../../core/neutral/arguments.ts'
import { isBlank } from '../../../core/neutral/blank.ts'
import { noteForeign } from '../../../core/neutral/state.ts'
import { writeThought } from './upstream-thoughts.ts'
import { dialect, type Writing } from './writing.ts'

/** One block as the blocks that it amounts to; nothing for what is empty, or another vendor's. @throws GatewayError 400 */
function writeBlock(block: Block, writing: Writing): readonly JsonObject[] {
  switch (block.type) {
    case 'text':
      return writeText(block, writing)
    case 'refusal':
      return isBlank(block.text) ? [] : [{ type: 'text', text: block.text }]
    case 'image':
      return [writeImage(block, writing)]
    case 'file':
      return [writeFile(block, writing)]
    case 'reasoning':
      return writeOwnThought(block, writing)
    case 'tool_call':
      return [writeCall(block, writing)]
    case 'tool_result':
      return [writeResult(block, writing)]
    case 'audio':
    case 'video':
      throw refusal(block.at ?? 'messages', `${block.type} cannot be translated: ${dialect} does not take it`)
  }
}

/** The content of a message or a result: a string where it came as one, else blocks. */
export function writeContent(blocks: readonly Block[], writing: Writing): string | readonly JsonObject[] {
  const [only] = blocks
  if (blocks.length === 1 && only?.type === 'text' && isWhole(only) && !isBlank(only.text)) return only.text
  return blocks.flatMap(block => writeBlock(block, writing))
}

/** Whether a text was all of the content, not an item of it. */
function isWhole({ at, cache }: TextBlock): boolean {
  return cache === undefined && at?.endsWith(']') !== true
}

function writeText(block: TextBlock, { marks, losses }: Writing): readonly JsonObject[] {
  const mark = marks.of(block)
  if (isBlank(block.text)) losses.silent('messages', `${dialect} takes no texts of nothing but space`)
  return isBlank(block.text) ? [] : [{ type: 'text', text: block.text, ...mark }]
}

function writeImage(block: ImageBlock, writing: Writing): JsonObject {
  return { type: 'image', source: writeSource(block.source, block.at), ...writing.marks.of(block) }
}

function writeSource(source: Source, at = 'messages'): JsonObject {
  switch (source.kind) {
    case 'base64':
      return { type: 'base64', media_type: source.mime, data: source.data }
    case 'url':
      return { type: 'url', url: source.url }
    case 'file':
      if (source.vendor !== 'anthropic') throw refusal(at, `a file kept by ${source.vendor} cannot be translated: ${dialect} has no access to it`)
      return { type: 'file', file_id: source.id }
  }
}

function writeFile(block: FileBlock, writing: Writing): JsonObject {
  const { name, context, citations, source, mime } = block
  if (source.kind === 'base64' && source.mime.startsWith('image/')) return { type: 'image', source: writeSource(source, block.at), ...writing.marks.of(block) }
  return {
    type: 'document',
    source:
      source.kind === 'text'
        ? plainText(source.text)
        : source.kind === 'base64'
          ? writeData(source.data, mime ?? source.mime, block.at)
          : writeSource(source, block.at),
    ...(name === undefined ? {} : { title: name }),
    ...(context === undefined ? {} : { context }),
    ...(citations === undefined ? {} : { citations: { enabled: citations } }),
    ...writing.marks.of(block),
  }
}

function plainText(data: string): JsonObject {
  return { type: 'text', media_type: 'text/plain', data }
}

function writeData(data: string, mime: string, at = 'messages'): JsonObject {
  if (mime.startsWith('text/')) return plainText(Buffer.from(data, 'base64').toString())
  if (mime !== 'application/pdf') throw refusal(at, `a file of type ${mime} cannot be translated: ${dialect} takes PDF and text`)
  return { type: 'base64', media_type: mime, data }
}

function writeOwnThought(block: Block & { readonly type: 'reasoning' }, { to, losses }: Writing): readonly JsonObject[] {
  const written = writeThought(block, to)
  if (written.length === 0) noteForeign('reasoning', to, losses)
  return written
}

function writeCall(block: ToolCallBlock, { ids, names, losses, marks, to }: Writing): JsonObject {
  if (block.state !== undefined) noteForeign('extra_content', to, losses)
  const { value, isBroken } = block.isCustom === true ? { value: { input: block.argumentsText }, isBroken: false } : argumentsObject(block.argumentsText)
  if (isBroken) losses.drop('tool_calls.arguments', 'not JSON, kept as text', block.at)
  return { type: 'tool_use', id: ids.spell(block.id), name: names.spell(block.name), input: value, ...marks.of(block) }
}

function writeResult(block: ToolResultBlock, writing: Writing): JsonObject {
  const blocks = block.blocks.filter(({ type, ...other }) => type !== 'text' || !isBlank((other as TextBlock).text))
  return {
    type: 'tool_result',
    tool_use_id: writing.ids.spell(block.callId),
    ...(blocks.length === 0 ? {} : { content: writeContent(blocks, writing) }),
    ...(block.isError === true ? { is_error: true } : {}),
    ...writing.marks.of(block),
  }
}
