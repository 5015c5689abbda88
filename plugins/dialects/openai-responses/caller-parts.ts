/** Reads the parts of a message's content, and of a tool's output. */

import { refusal, type Losses } from '../../../core/neutral/losses.ts'
import { fileSource, readAudio, sourceOfUrl } from '../../../core/neutral/media.ts'
import { defined, Members, wrongType } from '../../../core/neutral/members.ts'
import type { AudioBlock, FileBlock, ImageBlock, Json, RefusalBlock, TextBlock } from '../../../core/neutral/request.ts'
import { dropUnknown, knownMembers, type KnownMembers } from '../../../core/neutral/unknown.ts'

export type PartBlock = TextBlock | ImageBlock | FileBlock | AudioBlock | RefusalBlock

interface PartReader {
  readonly known: KnownMembers
  readonly read: (part: Members) => PartBlock
}

const silent = ['prompt_cache_breakpoint', 'logprobs']
const known = (...names: string[]) => knownMembers(['type', ...names], silent)
const textReader: PartReader = { known: known('text', 'annotations'), read: readText }

/** By type. */
const readers: ReadonlyMap<string, PartReader> = new Map<string, PartReader>([
  ['input_text', textReader],
  ['output_text', textReader],
  ['text', textReader],
  ['refusal', { known: known('refusal'), read: part => ({ type: 'refusal', text: part.text('refusal') ?? '', at: part.at }) }],
  ['input_image', { known: known('file_id', 'image_url', 'detail'), read: readImage }],
  ['input_file', { known: known('filename', 'file_id', 'file_url', 'file_data'), read: readFile }],
  [
    'input_audio',
    { known: knownMembers(['type'], silent, { input_audio: knownMembers(['data', 'format']) }), read: part => readAudio(part.inside('input_audio')) },
  ],
])

/** A string, or parts. @throws GatewayError 400 for a part of an unknown type */
export function readParts(content: Json | undefined, at: string, losses: Losses): readonly PartBlock[] {
  if (content === undefined || content === null) return []
  if (typeof content === 'string') return [{ type: 'text', text: content, at }]
  if (!Array.isArray(content)) throw wrongType(at, 'a string or an array of parts')
  return content.map((part: Json, index) => readPart(part, `${at}[${index}]`, losses))
}

function readPart(part: Json, at: string, losses: Losses): PartBlock {
  const members = Members.of(part, at)
  const type = members.text('type') ?? ''
  const reader = readers.get(type)
  if (reader === undefined) throw refusal(at, `a content part of type ${JSON.stringify(type)} cannot be translated`)
  dropUnknown(members, reader.known, losses)
  return reader.read(members)
}

function readText(part: Members): TextBlock {
  const annotations = part.list('annotations') ?? []
  return { type: 'text', text: part.text('text') ?? '', at: part.at, ...(annotations.length === 0 ? {} : { annotations }) }
}

function readImage(part: Members): ImageBlock {
  const id = part.text('file_id')
  const at = part.path(id === undefined ? 'image_url' : 'file_id')
  const url = part.text('image_url')
  if (id === undefined && url === undefined) throw refusal(part.at, 'an image needs image_url or file_id')
  const source = id === undefined ? sourceOfUrl(url ?? '', at) : ({ kind: 'file', vendor: 'openai', id } as const)
  return defined<ImageBlock>({ type: 'image', source, detail: part.text('detail'), at })
}

function readFile(part: Members): FileBlock {
  const name = part.text('filename')
  const id = part.text('file_id')
  if (id !== undefined) return defined<FileBlock>({ type: 'file', source: { kind: 'file', vendor: 'openai', id }, name, at: part.path('file_id') })
  const url = part.text('file_url')
  if (url !== undefined) return defined<FileBlock>({ type: 'file', source: sourceOfUrl(url, part.path('file_url')), name, at: part.path('file_url') })
  const data = part.text('file_data')
  if (data === undefined) throw refusal(part.at, 'a file needs file_data, file_url or file_id')
  const at = part.path('file_data')
  return defined<FileBlock>({ type: 'file', ...fileSource(data, at), name, at })
}
