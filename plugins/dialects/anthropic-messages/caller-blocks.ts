/** Reads the blocks of messages and results. */

import { refusal, type Losses } from '../../../core/neutral/losses.ts'
import type {
  Block,
  FileBlock,
  ImageBlock,
  ReasoningBlock,
  Source,
  TextBlock,
  ToolCallBlock,
  ToolResultBlock,
  VendorState,
} from '../../../core/neutral/request.ts'
import { argumentsText } from '../../../core/neutral/arguments.ts'
import { knownOfMarks, readCache } from '../../../core/neutral/cache-mark.ts'
import { defined, missing, type Members } from '../../../core/neutral/members.ts'
import { dropUnknown, knownMembers, type KnownMembers } from '../../../core/neutral/unknown.ts'

type ResultPart = TextBlock | ImageBlock | FileBlock

const ofBlock = (names: readonly string[], inside: Readonly<Record<string, KnownMembers>> = {}, silent?: readonly string[]) =>
  knownMembers(['type', ...names], silent, { ...inside, cache_control: knownOfMarks })
const knownOfSources = knownMembers(['type', 'media_type', 'data', 'url', 'file_id', 'content'])
const knownOfCitations = knownMembers(['enabled'])

/** By the type of a block. */
const known = new Map([
  ['text', ofBlock(['text', 'citations'])],
  ['image', ofBlock([], { source: knownOfSources })],
  ['document', ofBlock(['title', 'context'], { source: knownOfSources, citations: knownOfCitations })],
  ['search_result', ofBlock(['source', 'title', 'content'], { citations: knownOfCitations })],
  ['tool_use', ofBlock(['id', 'name', 'input', 'extra_content', 'thought_signature'], {}, ['caller'])],
  ['tool_result', ofBlock(['tool_use_id', 'content', 'is_error'])],
  ['thinking', ofBlock(['thinking', 'signature'])],
  ['redacted_thinking', ofBlock(['data'])],
])

/** @throws GatewayError 400 for a block that no other dialect has */
export function readBlocks(message: Members, losses: Losses): readonly Block[] {
  return message.objects('content').map(block => readBlock(block, losses))
}

/** @throws GatewayError 400 if translation is strict */
export function dropUnknownOf(block: Members, losses: Losses): void {
  const ofType = known.get(block.text('type') ?? '')
  if (ofType !== undefined) dropUnknown(block, ofType, losses)
}

function readBlock(block: Members, losses: Losses): Block {
  dropUnknownOf(block, losses)
  switch (block.text('type')) {
    case 'tool_use':
      return readCall(block)
    case 'tool_result':
      return readResult(block, losses)
    case 'thinking':
      return readThinking(block)
    case 'redacted_thinking':
      return { type: 'reasoning', text: '', redacted: block.text('data') ?? '', at: block.at }
    default:
      return readPart(block, losses)
  }
}

function readPart(block: Members, losses: Losses): ResultPart {
  const type = block.text('type')
  switch (type) {
    case 'text':
      return readText(block, losses)
    case 'image':
      return readImage(block)
    case 'document':
      return readDocument(block, losses)
    case 'search_result':
      return readSearchResult(block, losses)
    default:
      throw refusal(block.at, `a block of type ${JSON.stringify(type ?? null)} cannot be translated`)
  }
}

function readText(block: Members, losses: Losses): TextBlock {
  if (block.any('citations') !== undefined) losses.silent('citations', 'of the answer before, not repeated')
  return defined<TextBlock>({ type: 'text', text: required(block, 'text'), cache: readCache(block), at: block.at })
}

function readImage(block: Members): ImageBlock {
  const source = block.inside('source')
  return defined<ImageBlock>({ type: 'image', source: readSource(source), cache: readCache(block), at: source.at })
}

function readSource(source: Members): Source {
  switch (source.text('type')) {
    case 'base64':
      return { kind: 'base64', mime: mimeOf(required(source, 'media_type')), data: required(source, 'data') }
    case 'url':
      return { kind: 'url', url: required(source, 'url') }
    case 'file':
      return { kind: 'file', vendor: 'anthropic', id: required(source, 'file_id') }
    default:
      throw refusal(source.path('type'), `a source of type ${JSON.stringify(source.any('type') ?? null)} cannot be translated`)
  }
}

function mimeOf(mediaType: string): string {
  return mediaType === 'image/jpg' ? 'image/jpeg' : mediaType
}

function readDocument(block: Members, losses: Losses): FileBlock {
  const source = block.inside('source')
  const read = readDocumentSource(source, losses)
  return defined<FileBlock>({
    type: 'file',
    source: read,
    mime: read.kind === 'base64' ? read.mime : read.kind === 'text' ? 'text/plain' : undefined,
    name: block.text('title'),
    context: block.text('context'),
    citations: block.object('citations')?.flag('enabled'),
    cache: readCache(block),
    at: source.at,
  })
}

function readDocumentSource(source: Members, losses: Losses): FileBlock['source'] {
  const type = source.text('type')
  if (type === 'text') return { kind: 'text', text: required(source, 'data') }
  if (type === 'content') return { kind: 'text', text: textsOf(source, losses) }
  return readSource(source)
}

/** A string, or the texts of blocks one after another. */
function textsOf(holder: Members, losses: Losses): string {
  const content = holder.any('content')
  if (typeof content === 'string') return content
  return holder
    .objects('content')
    .map(block => {
      dropUnknownOf(block, losses)
      if (block.text('type') === 'text') return required(block, 'text')
      throw refusal(block.at, `a block of type ${JSON.stringify(block.any('type') ?? null)} cannot be translated here`)
    })
    .join('')
}

/** Its title and source on lines before it. As text it cannot be cited. */
function readSearchResult(block: Members, losses: Losses): TextBlock {
  if (block.object('citations')?.flag('enabled') === true) losses.drop('citations', 'search results become text', block.at)
  const lines = [block.text('title'), block.text('source'), textsOf(block, losses)].filter(line => line !== undefined && line !== '')
  return defined<TextBlock>({ type: 'text', text: lines.join('\n'), cache: readCache(block), at: block.at })
}

function readCall(block: Members): ToolCallBlock {
  return defined<ToolCallBlock>({
    type: 'tool_call',
    id: required(block, 'id'),
    name: required(block, 'name'),
    argumentsText: argumentsText(block.any('input') ?? {}),
    state: readSignature(block),
    cache: readCache(block),
    at: block.at,
  })
}

/** State of the vendor that made the call, which the client has kept. */
function readSignature(block: Members): VendorState | undefined {
  const carried = block.object('extra_content')
  for (const vendor of Object.keys(carried?.json ?? {})) {
    const value = carried?.object(vendor)?.text('thought_signature')
    if (value !== undefined && value !== '') return { vendor, value }
  }
  const flat = block.text('thought_signature')
  return flat === undefined || flat === '' ? undefined : { vendor: 'google', value: flat }
}

function readResult(block: Members, losses: Losses): ToolResultBlock {
  const content = block.any('content')
  const at = block.path('content')
  const blocks: readonly ResultPart[] =
    typeof content === 'string' ? [{ type: 'text', text: content, at }] : block.objects('content').map(part => readResultPart(part, losses))
  return defined<ToolResultBlock>({
    type: 'tool_result',
    callId: required(block, 'tool_use_id'),
    blocks,
    isError: block.flag('is_error') === true ? true : undefined,
    cache: readCache(block),
    at: block.at,
  })
}

function readResultPart(part: Members, losses: Losses): ResultPart {
  dropUnknownOf(part, losses)
  return readPart(part, losses)
}

function readThinking(block: Members): ReasoningBlock {
  const signature = block.text('signature')
  return defined<ReasoningBlock>({
    type: 'reasoning',
    text: block.text('thinking') ?? '',
    isSummary: true,
    state: signature === undefined || signature === '' ? undefined : { vendor: 'anthropic', value: signature },
    at: block.at,
  })
}

function required(holder: Members, name: string): string {
  const value = holder.text(name)
  if (value !== undefined) return value
  throw missing(holder.path(name))
}
