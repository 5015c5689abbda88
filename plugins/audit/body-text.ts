/** Bodies as they are stored: JSON as it was spelled, any other text as a string of JSON, and a placeholder for what is no text. */

import { isUtf8 } from 'node:buffer'
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import { parseJson } from '../../core/neutral/json.ts'

/** Of each body. */
export const bodyLimit = 1024 * 1024

export type MediaKind = 'audio' | 'image' | 'binary'

/** A body, or a part of one, that is no text. */
export interface Media {
  readonly kind: MediaKind
  readonly contentType: string
  readonly bytes: number
  /** Where it is at hand. */
  readonly content: Buffer | undefined
}

/** Keeps a file if it is one of those that are kept. @returns its id */
export type KeepMedia = (media: Media) => string | undefined

export interface Received {
  /** Undefined if there were too many of them. */
  readonly bytes: Buffer | undefined
  readonly length: number
  /** Lower-case, without parameters; empty if nobody said. */
  readonly contentType: string
  /** Empty if there is none. */
  readonly encoding: string
}

/** Stands for a body that goes beyond the limit. */
export const tooBig = Symbol('too big')

/** @returns undefined where there is nothing */
export function bodyText(received: Received, keep: KeepMedia): string | typeof tooBig | undefined {
  const { length, contentType } = received
  if (length === 0) return undefined
  const kind = kindOf(contentType)
  if (kind !== undefined) return placeholder({ kind, contentType, bytes: length, content: received.bytes }, keep)
  const bytes = decoded(received)
  if (bytes === undefined || bytes.length > bodyLimit) return tooBig
  if (isJson(contentType)) return jsonText(bytes.toString())
  if (isUtf8(bytes)) return contentType === '' ? jsonText(bytes.toString()) : JSON.stringify(bytes.toString())
  return placeholder({ kind: 'binary', contentType: contentType || 'application/octet-stream', bytes: length, content: bytes }, keep)
}

/** What stands in the place of a file. */
export function placeholder(media: Media, keep: KeepMedia): string {
  const id = media.content === undefined ? undefined : keep(media)
  return JSON.stringify({
    [`__${media.kind}__`]: true,
    content_type: media.contentType,
    bytes: media.bytes,
    stored: id !== undefined,
    ...(id === undefined ? {} : { media_id: id }),
  })
}

/** JSON may spell every letter as an escape, under which nobody would find it. */
export function jsonText(text: string): string {
  return text.includes('\\u') ? respelled(text) : text
}

function respelled(text: string): string {
  try {
    return JSON.stringify(parseJson(text))
  } catch {
    return text
  }
}

export function isJson(contentType: string): boolean {
  return contentType === 'application/json' || contentType.endsWith('+json')
}

/** Undefined for what may be text. */
export function kindOf(contentType: string): MediaKind | undefined {
  if (contentType.startsWith('audio/')) return 'audio'
  if (contentType.startsWith('image/') && contentType !== 'image/svg+xml') return 'image'
  return /^video\/|^application\/(octet-stream|pdf|zip|gzip)$/.test(contentType) ? 'binary' : undefined
}

/** The type without its parameters. */
export function essenceOf(contentType: string | readonly string[] | undefined): string {
  return (typeof contentType === 'string' ? (contentType.split(';', 1)[0] ?? '') : '').trim().toLowerCase()
}

type Decode = (bytes: Buffer, options: { maxOutputLength: number }) => Buffer

const decoders: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
  ['zstd', zstdDecompressSync],
])

/** Undefined for more than is kept; bytes that are not what their encoding says stay as they are. */
function decoded({ bytes, encoding }: Received): Buffer | undefined {
  const decode = decoders.get(encoding)
  if (bytes === undefined || decode === undefined) return bytes
  try {
    return decode(bytes, { maxOutputLength: bodyLimit })
  } catch (cause) {
    return (cause as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE' ? undefined : bytes
  }
}
