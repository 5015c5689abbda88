/** Reads the parts of a message's content. */

import { isObject } from '../../../core/neutral/arguments.ts'
import { refusal } from '../../../core/neutral/losses.ts'
import { fileSource, readAudio, sourceOfUrl } from '../../../core/neutral/media.ts'
import { defined, Members, wrongType } from '../../../core/neutral/members.ts'
import type { Block, CacheMark, FileBlock, ImageBlock, ReasoningBlock, RefusalBlock, TextBlock, VideoBlock } from '../../../core/neutral/request.ts'

type PartReader = (part: Members) => readonly Block[]

const readers: Readonly<Record<string, PartReader>> = {
  text: part => [readText(part)],
  input_text: part => [readText(part)],
  output_text: part => [readText(part)],
  image_url: part => [readImage(part)],
  input_audio: part => [readAudio(part.inside('input_audio'))],
  file: part => [readFile(part)],
  video_url: part => [readVideo(part)],
  refusal: part => [readRefusal(part)],
  thinking: readThinking,
}

/** The content of a message: a string, parts, or nothing. @throws GatewayError 400 for a part of an unknown type */
export function readContent(message: Members): readonly Block[] {
  const content = message.any('content')
  const at = message.path('content')
  if (content === undefined) return []
  if (typeof content === 'string') return [{ type: 'text', text: content, at }]
  if (!Array.isArray(content)) throw wrongType(at, 'a string or an array of parts')
  return content.flatMap((part, index) => readPart(part, `${at}[${index}]`))
}

function readPart(part: unknown, at: string): readonly Block[] {
  if (typeof part === 'string') return [{ type: 'text', text: part, at }]
  const members = Members.of(part as never, at)
  const type = members.text('type') ?? (typeof members.any('text') === 'string' ? 'text' : '')
  const read = Object.hasOwn(readers, type) ? readers[type] : undefined
  if (read === undefined) throw refusal(at, `a content part of type ${JSON.stringify(type)} cannot be translated`)
  return read(members)
}

/** The mark that some clients put on parts, tools and messages, and on the whole request. */
export function readCache(marked: Members): CacheMark | undefined {
  const mark = marked.any('cache_control')
  if (!isObject(mark)) return undefined
  return typeof mark['ttl'] === 'string' ? { ttl: mark['ttl'] } : {}
}

function readText(part: Members): TextBlock {
  return defined<TextBlock>({ type: 'text', text: part.text('text') ?? '', cache: readCache(part), at: part.at })
}

/** The address is a member of an object, or with some clients the string itself. */
function readImage(part: Members): ImageBlock {
  const { url, at, detail } = addressOf(part, 'image_url')
  return defined<ImageBlock>({ type: 'image', source: sourceOfUrl(url, at), detail, cache: readCache(part), at })
}

function readVideo(part: Members): VideoBlock {
  const { url, at } = addressOf(part, 'video_url')
  return { type: 'video', source: sourceOfUrl(url, at), at }
}

function addressOf(part: Members, name: string): { readonly url: string; readonly at: string; readonly detail: string | undefined } {
  const bare = part.any(name)
  if (typeof bare === 'string') return { url: bare, at: part.path(name), detail: undefined }
  const image = Members.of(bare, part.path(name))
  const url = image.text('url')
  if (url === undefined) throw wrongType(image.path('url'), 'a string')
  return { url, at: image.path('url'), detail: image.text('detail') }
}

function readFile(part: Members): FileBlock {
  const file = part.inside('file')
  const { source, mime, at } = sourceOfFile(file)
  return defined<FileBlock>({ type: 'file', source, mime, name: file.text('filename'), cache: readCache(part), at })
}

interface FileSource {
  readonly source: FileBlock['source']
  readonly mime?: string
  readonly at: string
}

function sourceOfFile(file: Members): FileSource {
  const id = file.text('file_id')
  if (id !== undefined) return { source: { kind: 'file', vendor: 'openai', id }, at: file.path('file_id') }
  const name = file.any('file_url') === undefined ? 'file_data' : 'file_url'
  const data = file.text(name)
  const at = file.path(name)
  if (data === undefined) throw refusal(file.at, 'a file needs file_data, file_url or file_id')
  if (/^https?:\/\//i.test(data)) return { source: { kind: 'url', url: data }, at }
  return { ...fileSource(data, at), at }
}

function readRefusal(part: Members): RefusalBlock {
  return { type: 'refusal', text: part.text('refusal') ?? '', at: part.at }
}

/** Mistral's thoughts: a list of texts, or one. */
function readThinking(part: Members): readonly ReasoningBlock[] {
  const thinking = part.any('thinking')
  const texts = typeof thinking === 'string' ? [thinking] : part.objects('thinking').map(thought => thought.text('text') ?? '')
  return [{ type: 'reasoning', text: texts.join(''), at: part.at }]
}
