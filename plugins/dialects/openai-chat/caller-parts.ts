/** Reads the parts of a message's content. */

import { knownOfMarks, readCache } from '../../../core/neutral/cache-mark.ts'
import { refusal, type Losses } from '../../../core/neutral/losses.ts'
import { fileSource, readAudio, sourceOfUrl } from '../../../core/neutral/media.ts'
import { defined, Members, wrongType } from '../../../core/neutral/members.ts'
import type { Block, FileBlock, ImageBlock, ReasoningBlock, RefusalBlock, TextBlock, VideoBlock } from '../../../core/neutral/request.ts'
import { dropUnknown, knownMembers, type KnownMembers } from '../../../core/neutral/unknown.ts'

interface PartReader {
  readonly known: KnownMembers
  readonly read: (part: Members) => readonly Block[]
}

const silent = ['prompt_cache_breakpoint']
const about = (name: string, ...inside: string[]) => knownMembers(['type'], silent, { [name]: knownMembers(inside), cache_control: knownOfMarks })
const textReader: PartReader = {
  known: knownMembers(['type', 'text'], [...silent, 'annotations', 'logprobs'], { cache_control: knownOfMarks }),
  read: part => [readText(part)],
}

/** By type, which but for texts is the name of the member that the part is about. */
const readers: ReadonlyMap<string, PartReader> = new Map<string, PartReader>([
  ['text', textReader],
  ['input_text', textReader],
  ['output_text', textReader],
  ['image_url', { known: about('image_url', 'url', 'detail'), read: part => [readImage(part)] }],
  ['input_audio', { known: about('input_audio', 'data', 'format'), read: part => [readAudio(part.inside('input_audio'))] }],
  ['file', { known: about('file', 'file_id', 'file_data', 'file_url', 'filename'), read: part => [readFile(part)] }],
  ['video_url', { known: about('video_url', 'url'), read: part => [readVideo(part)] }],
  ['refusal', { known: about('refusal'), read: part => [readRefusal(part)] }],
  [
    'thinking',
    { known: knownMembers(['type'], [...silent, 'closed'], { thinking: knownMembers(['type', 'text']), cache_control: knownOfMarks }), read: readThinking },
  ],
])

/** The content of a message: a string, parts, or nothing. @throws GatewayError 400 for a part of an unknown type */
export function readContent(message: Members, losses: Losses): readonly Block[] {
  const content = message.any('content')
  const at = message.path('content')
  if (content === undefined) return []
  if (typeof content === 'string') return [{ type: 'text', text: content, at }]
  if (!Array.isArray(content)) throw wrongType(at, 'a string or an array of parts')
  return content.flatMap((part, index) => readPart(part, `${at}[${index}]`, losses))
}

function readPart(part: unknown, at: string, losses: Losses): readonly Block[] {
  if (typeof part === 'string') return [{ type: 'text', text: part, at }]
  const members = Members.of(part as never, at)
  const type = members.text('type') ?? (typeof members.any('text') === 'string' ? 'text' : '')
  const reader = readers.get(type)
  if (reader === undefined) throw refusal(at, `a content part of type ${JSON.stringify(type)} cannot be translated`)
  dropUnknown(members, reader.known, losses)
  return reader.read(members)
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
