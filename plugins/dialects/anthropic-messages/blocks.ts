/** The parts of content as policy sees them: strings, and blocks of every type, known or not. */

import type { Channel, JsonDocument, JsonNode, Part } from '../../../core/index.ts'
import { carriedPart } from '../../../core/document/carried.ts'
import { base64TextParts } from '../../../core/document/file-text.ts'
import { argumentParts, opaquePart, textPart } from '../../../core/document/parts.ts'
import { stringOf } from '../../../core/document/readings.ts'
import { textAt, typeOf } from './places.ts'

/** The content of a message, of a tool's result or of a document: a string, or blocks. */
export function contentParts(document: JsonDocument, content: JsonNode | undefined, channel: Channel): readonly Part[] {
  if (content === undefined || content.kind === 'null') return []
  if (content.kind === 'string') return [textPart(document, content, channel)]
  if (content.kind === 'array') return content.items().flatMap(block => blockParts(document, block, channel))
  return blockParts(document, content, channel)
}

/** A text is whatever has one, of whichever type; what has none anywhere is opaque. */
export function blockParts(document: JsonDocument, block: JsonNode, channel: Channel): readonly Part[] {
  if (block.kind === 'string') return [textPart(document, block, channel)]
  if (block.kind !== 'object') return [opaquePart(block)]
  const type = typeOf(block)
  if (type.endsWith('tool_use')) return [opaquePart(block, 'tool_call'), ...inputParts(document, block)]
  const found = [
    ...sourceParts(document, block, type, channel),
    ...texts(document, block, ['title', 'context', 'text', 'stdout', 'stderr'], channel),
    ...(block.get('lines')?.items() ?? []).flatMap(line => contentParts(document, line, channel)),
    ...thoughts(document, block),
    ...(block.get('citations')?.items() ?? []).flatMap(citation => citationParts(document, citation)),
    ...contentParts(document, block.get('content'), isResult(type) ? 'tool_result' : channel),
  ]
  return found.length === 0 ? [opaquePart(block)] : found
}

/** What a text quotes, and from where. */
export function citationParts(document: JsonDocument, citation: JsonNode): readonly Part[] {
  return texts(document, citation, ['cited_text', 'title', 'document_title'], 'tool_result')
}

/** The ids of the tool calls that a message makes. */
export function callIds(content: JsonNode | undefined): readonly string[] {
  return content?.items().flatMap(block => (typeOf(block).endsWith('tool_use') ? (stringOf(block.get('id')) ?? []) : [])) ?? []
}

/** The ids of the tool calls that a message answers. */
export function resultIds(content: JsonNode | undefined): readonly string[] {
  return content?.items().flatMap(block => stringOf(block.get('tool_use_id')) ?? []) ?? []
}

export function isResult(type: string): boolean {
  return type.endsWith('tool_result')
}

function inputParts(document: JsonDocument, block: JsonNode): readonly Part[] {
  const input = block.get('input')
  return input === undefined ? [] : argumentParts(document, input)
}

function texts(document: JsonDocument, block: JsonNode, names: readonly string[], channel: Channel): readonly Part[] {
  return names.flatMap(name => textAt(block, name) ?? []).map(node => textPart(document, node, channel))
}

/** An image or a file, which may be a text as data, or the text of which a document is made. */
function sourceParts(document: JsonDocument, block: JsonNode, type: string, channel: Channel): readonly Part[] {
  const source = block.get('source')
  if (source?.kind !== 'object') return []
  switch (typeOf(source)) {
    case 'text':
      return texts(document, source, ['data'], channel)
    case 'content':
      return contentParts(document, source.get('content'), channel)
    default:
      return type === 'image'
        ? [opaquePart(block, 'image')]
        : [opaquePart(block, 'file'), ...base64TextParts(document, textAt(source, 'data'), stringOf(source.get('media_type')) ?? '', channel)]
  }
}

function thoughts(document: JsonDocument, block: JsonNode): readonly Part[] {
  const node = textAt(block, 'thinking')
  return node === undefined ? [] : [carriedPart(document, { node, seal: textAt(block, 'signature') })]
}
