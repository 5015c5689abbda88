/** Images, videos and documents as Converse takes them: as bytes, or in a bucket. */

import type { JsonObject } from '../../../core/index.ts'
import { refusal } from '../../../core/neutral/losses.ts'
import { sniffMime } from '../../../core/document/data-url.ts'
import type { FileBlock, ImageBlock, Source, VideoBlock } from '../../../core/neutral/request.ts'
import type { DocumentNames } from './document-names.ts'
import { dialect } from './writing.ts'

type Formats = Readonly<Record<string, string>>

const imageFormats: Formats = { 'image/png': 'png', 'image/jpeg': 'jpeg', 'image/gif': 'gif', 'image/webp': 'webp' }

const videoFormats: Formats = {
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
  'video/x-matroska': 'mkv',
  'video/webm': 'webm',
  'video/x-flv': 'flv',
  'video/mpeg': 'mpeg',
  'video/x-ms-wmv': 'wmv',
  'video/3gpp': 'three_gp',
}

const documentFormats: Formats = {
  'application/pdf': 'pdf',
  'text/csv': 'csv',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'text/html': 'html',
  'text/plain': 'txt',
  'text/markdown': 'md',
}

export function writeImage({ source, at = 'messages' }: ImageBlock): JsonObject {
  return { image: writeMedia(source, imageFormats, at) }
}

export function writeVideo({ source, at = 'messages' }: VideoBlock): JsonObject {
  return { video: writeMedia(source, videoFormats, at) }
}

function writeMedia(source: Source, formats: Formats, at: string): JsonObject {
  const written = writeSource(source, at)
  const mime = source.kind === 'base64' ? source.mime : source.kind === 'url' ? mimeOfName(source.url, formats) : undefined
  return { format: formatOf(mime, formats, at), source: written }
}

export function writeDocument(file: FileBlock, names: DocumentNames): JsonObject {
  const { source, at = 'messages', name, context, citations } = file
  const written = source.kind === 'text' ? { bytes: Buffer.from(source.text).toString('base64') } : writeSource(source, at)
  return {
    document: {
      format: formatOf(mimeOfFile(file), documentFormats, at),
      name: names.spell(name),
      source: written,
      ...(context === undefined ? {} : { context }),
      ...(citations === true ? { citations: { enabled: true } } : {}),
    },
  }
}

/** What the block says, else what its data, its name or its address lets guess. */
function mimeOfFile({ source, mime, name }: FileBlock): string | undefined {
  if (source.kind === 'text') return mime !== undefined && Object.hasOwn(documentFormats, mime) ? mime : 'text/plain'
  const said = mime ?? (source.kind === 'base64' ? source.mime : undefined)
  if (said !== undefined && Object.hasOwn(documentFormats, said)) return said
  return (
    (source.kind === 'base64' ? sniffMime(source.data) : undefined) ??
    mimeOfName(name, documentFormats) ??
    mimeOfName(source.kind === 'url' ? source.url : undefined, documentFormats) ??
    said
  )
}

/** By the extension, which is mostly the word for the format. */
function mimeOfName(name: string | undefined, formats: Formats): string | undefined {
  const [, extension = ''] = /\.([A-Za-z0-9]+)$/.exec(name ?? '') ?? []
  const word = extension.toLowerCase() === 'jpg' ? 'jpeg' : extension.toLowerCase()
  return Object.keys(formats).find(mime => formats[mime] === word)
}

function formatOf(mime: string | undefined, formats: Formats, at: string): string {
  const format = mime === undefined || !Object.hasOwn(formats, mime) ? undefined : formats[mime]
  if (format !== undefined) return format
  throw refusal(at, `${dialect} does not take ${mime ?? 'data of an unknown type'} here; it takes ${Object.values(formats).join(', ')}`)
}

function writeSource(source: Source, at: string): JsonObject {
  if (source.kind === 'base64') return { bytes: source.data }
  if (source.kind === 'url' && source.url.startsWith('s3://')) return { s3Location: { uri: source.url } }
  throw refusal(
    at,
    source.kind === 'url' ? `${dialect} takes no addresses but s3://; send the data itself` : `${dialect} takes no file ids; send the data itself`,
  )
}
