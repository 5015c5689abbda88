/** Images, audio, video and files as parts. */

import type { Json, JsonObject } from '../../../core/index.ts'
import { refusal, type Losses } from '../../../core/neutral/losses.ts'
import type { AudioBlock, FileBlock, ImageBlock, Source, VideoBlock } from '../../../core/neutral/request.ts'
import type { Destination } from '../../../core/neutral/translation.ts'
import { fileText } from '../../../core/neutral/media.ts'

export type MediaBlock = ImageBlock | AudioBlock | VideoBlock | FileBlock

const filesUrl = 'https://generativelanguage.googleapis.com/v1beta/'

/** Media types by the extension of an address, for those that say nothing else. */
const mimeOf: ReadonlyMap<string, string> = new Map(
  Object.entries({
    png: 'image/png',
    jpg: 'image/jpeg',
    jpeg: 'image/jpeg',
    webp: 'image/webp',
    gif: 'image/gif',
    heic: 'image/heic',
    heif: 'image/heif',
    pdf: 'application/pdf',
    txt: 'text/plain',
    md: 'text/markdown',
    csv: 'text/csv',
    html: 'text/html',
    htm: 'text/html',
    json: 'application/json',
    xml: 'text/xml',
    mp3: 'audio/mpeg',
    wav: 'audio/wav',
    aac: 'audio/aac',
    ogg: 'audio/ogg',
    flac: 'audio/flac',
    aiff: 'audio/aiff',
    m4a: 'audio/mp4',
    mp4: 'video/mp4',
    mov: 'video/quicktime',
    mpeg: 'video/mpeg',
    mpg: 'video/mpeg',
    webm: 'video/webm',
    avi: 'video/x-msvideo',
    wmv: 'video/wmv',
    flv: 'video/x-flv',
    '3gp': 'video/3gpp',
  }),
)

/** @throws GatewayError 400 for an address that Gemini does not read */
export function mediaParts(block: MediaBlock, to: Destination, losses: Losses): readonly Json[] {
  switch (block.type) {
    case 'audio':
      return [inline(block.mime, block.data)]
    case 'image':
    case 'video':
      return [sourcePart(block.source, undefined, block.at, to)]
    case 'file':
      return fileParts(block, to, losses)
  }
}

function fileParts(file: FileBlock, to: Destination, losses: Losses): readonly Json[] {
  if (file.citations === true) losses.drop('citations', 'not taken by Gemini', file.at)
  const text = fileText(file)
  if (text !== undefined) return text === '' ? [] : [{ text }]
  const { source, mime, context, at } = file
  if (source.kind === 'text') return []
  if (file.name !== undefined) losses.silent('filename', 'not taken by Gemini')
  return [...(context === undefined || context === '' ? [] : [{ text: context }]), sourcePart(source, mime, at, to)]
}

function sourcePart(source: Source, mime: string | undefined, at: string | undefined, to: Destination): Json {
  switch (source.kind) {
    case 'base64':
      return inline(mime ?? source.mime, source.data)
    case 'file':
      return fileData(ownFile(source, at, to), mime, at, to)
    case 'url':
      return fileData(source.url, mime, at, to)
  }
}

/** @throws GatewayError 400 for a file that another vendor keeps */
function ownFile({ id, vendor }: Extract<Source, { kind: 'file' }>, at: string | undefined, { provider }: Destination): string {
  const uri = id.startsWith('files/') ? filesUrl + id : id
  if (!isOwn(uri)) throw refusal(at ?? 'messages', `${provider} has no file of ${vendor}`)
  return uri
}

function inline(mimeType: string, data: string): JsonObject {
  return { inlineData: { mimeType, data } }
}

/** Google reads its own addresses; Vertex also those of others, if their type can be told. */
function fileData(fileUri: string, said: string | undefined, at: string | undefined, { type, provider }: Destination): JsonObject {
  const mimeType = said ?? mimeOf.get(/\.(\w+)(?:[?#]|$)/.exec(fileUri)?.[1]?.toLowerCase() ?? '')
  const isTaken = isOwn(fileUri) || (type === 'vertex' && mimeType !== undefined && /^https?:/i.test(fileUri))
  if (!isTaken) throw refusal(at ?? 'messages', `${provider} does not fetch remote files: send the data itself`)
  return { fileData: { ...(mimeType === undefined ? {} : { mimeType }), fileUri } }
}

/** Addresses that Google reads itself. */
export function isOwn(uri: string): boolean {
  return uri.startsWith('gs://') || uri.startsWith('https://generativelanguage.googleapis.com/') || /^https:\/\/(www\.)?(youtube\.com\/|youtu\.be\/)/.test(uri)
}
