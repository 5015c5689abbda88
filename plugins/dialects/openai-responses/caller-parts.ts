/** Reads the parts of a message's content, and of a tool's output. */

import { refusal } from '../../../core/neutral/losses.ts'
import { fileSource, readAudio, sourceOfUrl } from '../../../core/neutral/media.ts'
import { defined, Members, wrongType } from '../../../core/neutral/members.ts'
import type { AudioBlock, FileBlock, ImageBlock, Json, RefusalBlock, TextBlock } from '../../../core/neutral/request.ts'

export type PartBlock = TextBlock | ImageBlock | FileBlock | AudioBlock | RefusalBlock

const readers: Readonly<Record<string, (part: Members) => PartBlock>> = {
  input_text: readText,
  output_text: readText,
  text: readText,
  refusal: part => ({ type: 'refusal', text: part.text('refusal') ?? '', at: part.at }),
  input_image: readImage,
  input_file: readFile,
  input_audio: part => readAudio(part.inside('input_audio')),
}

/** A string, or parts. @throws GatewayError 400 for a part of an unknown type */
export function readParts(content: Json | undefined, at: string): readonly PartBlock[] {
  if (content === undefined || content === null) return []
  if (typeof content === 'string') return [{ type: 'text', text: content, at }]
  if (!Array.isArray(content)) throw wrongType(at, 'a string or an array of parts')
  return content.map((part: Json, index) => readPart(part, `${at}[${index}]`))
}

function readPart(part: Json, at: string): PartBlock {
  const members = Members.of(part, at)
  const type = members.text('type') ?? ''
  const read = Object.hasOwn(readers, type) ? readers[type] : undefined
  if (read === undefined) throw refusal(at, `a content part of type ${JSON.stringify(type)} cannot be translated`)
  return read(members)
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
  const source = id === undefined ? sourceOfUrl(url ?? '', at) : { kind: 'file', vendor: 'openai', id } as const
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
