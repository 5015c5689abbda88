/** The texts of files that come with a call as data: the model reads them as texts, so policy sees them as such. */

import type { Channel, Part, TextPart } from './conversation.ts'
import { uriComponent } from '../uri-component.ts'
import { isDataUrl, sniffMime, splitDataUrl } from './data-url.ts'
import type { JsonDocument, JsonNode } from './document.ts'

/** The text of a file that a data URL or bare base64 holds; nothing for other files. */
export function fileTextParts(document: JsonDocument, node: JsonNode | undefined, channel: Channel): readonly Part[] {
  if (node?.kind !== 'string') return []
  const data = node.string()
  if (!isDataUrl(data)) return base64TextParts(document, node, '', channel)
  const url = splitDataUrl(data)
  return url === undefined ? [] : partsOf(document, node, url.type, url.isBase64 ? urlInBase64 : escapedUrl, channel)
}

/** The text of a file that is base64 of a media type, which may be missing. */
export function base64TextParts(document: JsonDocument, node: JsonNode | undefined, mediaType: string, channel: Channel): readonly Part[] {
  return node?.kind === 'string' ? partsOf(document, node, mediaType.toLowerCase(), base64, channel) : []
}

/** How a file's text is spelled. */
interface Encoding {
  read(spelled: string): string
  /** The spelling of another text, in the place of `spelled`. */
  write(text: string, spelled: string): string
}

/** Bytes that are no UTF-8 are read as models would read them. */
const base64: Encoding = {
  read: spelled => Buffer.from(spelled, 'base64').toString(),
  write: text => Buffer.from(text).toString('base64'),
}

const urlInBase64: Encoding = {
  read: url => base64.read(unescaped(dataOf(url))),
  write: (text, url) => headOf(url) + base64.write(text, ''),
}

const escapedUrl: Encoding = {
  read: url => unescaped(dataOf(url)),
  write: (text, url) => headOf(url) + uriComponent(text),
}

function partsOf(document: JsonDocument, node: JsonNode, type: string, encoding: Encoding, channel: Channel): readonly Part[] {
  const isText = type === '' ? seemsText(node.string(), encoding) : textTypes.test(type)
  return isText ? [new FileText(document, node, encoding, channel)] : []
}

const textTypes = /^text\/|[/+](?:json|xml|x?html|ya?ml|x-yaml|javascript|x-javascript|x-ndjson|jsonl|toml|csv|sql|x-sh|rtf)$/

/** Data of no type is a text if its bytes are one. */
function seemsText(spelled: string, encoding: Encoding): boolean {
  if (sniffMime(isDataUrl(spelled) ? dataOf(spelled) : spelled) !== undefined) return false
  const text = encoding.read(spelled)
  return text !== '' && !text.includes('\0') && !text.includes('\ufffd')
}

class FileText implements TextPart {
  readonly type = 'text'
  readonly channel: Channel
  readonly #document: JsonDocument
  readonly #node: JsonNode
  readonly #encoding: Encoding
  #spelled: string | undefined
  #text = ''

  constructor(document: JsonDocument, node: JsonNode, encoding: Encoding, channel: Channel) {
    this.#document = document
    this.#node = node
    this.#encoding = encoding
    this.channel = channel
  }

  get text(): string {
    const spelled = this.#node.string()
    if (spelled === this.#spelled) return this.#text
    this.#spelled = spelled
    return (this.#text = this.#encoding.read(spelled))
  }

  rewrite(text: string): void {
    if (text !== this.text) this.#document.replace(this.#node, JSON.stringify(this.#encoding.write(text, this.#node.string())))
  }
}

function headOf(url: string): string {
  return url.slice(0, url.indexOf(',') + 1)
}

function dataOf(url: string): string {
  return url.slice(url.indexOf(',') + 1)
}

/** A broken escape leaves all as it stands. */
function unescaped(text: string): string {
  try {
    return text.includes('%') ? decodeURIComponent(text) : text
  } catch {
    return text
  }
}
