/** Images and files as base64 or by address, and what their first bytes say they are. */

import { isDataUrl, sniffMime, splitDataUrl } from '../document/data-url.ts'
import { refusal } from './losses.ts'
import type { Members } from './members.ts'
import type { AudioBlock, FileBlock, Source } from './request.ts'

interface Media {
  readonly mime: string
  /** Base64 without white space. */
  readonly data: string
}

const spelling: ReadonlyMap<string, string> = new Map([['image/jpg', 'image/jpeg']])

/**
 * Reads a data URL; `undefined` if it is none. Data that is percent-encoded becomes base64; a type that is missing is told from the first bytes.
 * @param at where it stands in the caller's body
 * @throws GatewayError 400 if it is malformed, or of no known type
 */
export function parseDataUrl(url: string, at: string): Media | undefined {
  if (!isDataUrl(url)) return undefined
  const parts = splitDataUrl(url)
  if (parts === undefined) throw refusal(at, 'the data URL has no data')
  const data = parts.isBase64 ? compact(parts.data, at) : Buffer.from(unescaped(parts.data, at)).toString('base64')
  const mime = parts.type === '' ? sniffMime(data) : (spelling.get(parts.type) ?? parts.type)
  if (mime === undefined) throw refusal(at, 'the data URL names no media type, and its data is of none that is known')
  return { mime, data }
}

/** What `file_data` holds, a data URL or base64 whose first bytes tell what it is: a text if it is one. @throws GatewayError 400 if it is malformed, or of no known type */
export function fileSource(data: string, at: string): { readonly source: FileBlock['source']; readonly mime: string } {
  const media = parseDataUrl(data, at) ?? bareMedia(data, at)
  const text = textIn(media)
  return { source: text === undefined ? { kind: 'base64', ...media } : { kind: 'text', text }, mime: media.mime }
}

function bareMedia(text: string, at: string): Media {
  const data = withoutSpace(text)
  const mime = sniffMime(data)
  if (mime === undefined) throw refusal(at, 'file_data names no media type, and is of none that is known')
  return { mime, data }
}

function textIn({ mime, data }: Media): string | undefined {
  if (!mime.startsWith('text/')) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(data, 'base64'))
  } catch {
    return undefined
  }
}

/** Audio as `{data, format}`: base64 of that format, or a data URL. @throws GatewayError 400 */
export function readAudio(audio: Members): AudioBlock {
  const at = audio.path('data')
  const data = audio.text('data') ?? ''
  const media = parseDataUrl(data, at)
  return { type: 'audio', mime: media?.mime ?? `audio/${audio.text('format') ?? 'wav'}`, data: media?.data ?? data, at }
}

export function dataUrl(mime: string, data: string): string {
  return `data:${mime};base64,${data}`
}

/** A data URL as its data, any other as the address. @throws GatewayError 400 */
export function sourceOfUrl(url: string, at: string): Source {
  const media = parseDataUrl(url, at)
  return media === undefined ? { kind: 'url', url } : { kind: 'base64', ...media }
}

/** The text of a file that is text, under its name and what was said of it; `undefined` for other files. */
export function fileText({ source, mime, name, context }: FileBlock): string | undefined {
  const text =
    source.kind === 'text'
      ? source.text
      : source.kind === 'base64' && (mime ?? source.mime).startsWith('text/')
        ? Buffer.from(source.data, 'base64').toString()
        : undefined
  return text === undefined ? undefined : [name, context, text].filter(line => line !== undefined && line !== '').join('\n')
}

function compact(data: string, at: string): string {
  return withoutSpace(data.includes('%') ? unescaped(data, at) : data)
}

/** A long text is looked at only natively: most have no white space. */
function withoutSpace(text: string): string {
  return /\s/.test(text) ? text.replace(/\s+/g, '') : text
}

function unescaped(text: string, at: string): string {
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    throw cause instanceof URIError ? refusal(at, 'an escape in the data URL is broken') : cause
  }
}
