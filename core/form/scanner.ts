/** Finds the parts of a multipart body while its bytes come, wherever the chunks fall. It keeps no byte but what may be half of a border. */

import { gatewayError, type GatewayError } from '../errors.ts'

/** The head of a part, and where things stand in the whole body. */
export interface PartHead {
  /** The field's name. */
  readonly name: string
  /** The file's name; undefined if the part is no file. */
  readonly filename: string | undefined
  /** The part's own media type. */
  readonly type: string | undefined
  /** Where its first border begins. */
  readonly start: number
  /** Where its content begins. */
  readonly contentStart: number
}

/** What a scanner reports, in the order of the body. */
export interface PartTaker {
  head(part: PartHead): void
  /** Content of the part, in pieces. */
  content(bytes: Buffer): void
  /** The part is over; its content ends at `contentEnd`, its bytes at `end`, where the next border begins. */
  end(contentEnd: number, end: number): void
}

const headLimit = 16 * 1024
/** Whoever takes parts remembers each: there must not be millions of them. */
const mostParts = 1000
const crlf = Buffer.from('\r\n')
const headEnd = Buffer.from('\r\n\r\n')
const nothing = Buffer.alloc(0)

export class FormScanner {
  readonly #border: Buffer
  readonly #taker: PartTaker
  #state: 'preamble' | 'head' | 'content' | 'closed' = 'preamble'
  /** What could not be judged yet: half a border, or half a head. At first the line end that a border stands behind. */
  #held: Buffer = crlf
  /** Where `#held` begins in the body. */
  #position = -crlf.length
  #start = 0
  #parts = 0

  constructor(boundary: string, taker: PartTaker) {
    this.#border = Buffer.from(`\r\n--${boundary}`, 'latin1')
    this.#taker = taker
  }

  /** Whether the last border has come. */
  get isClosed(): boolean {
    return this.#state === 'closed'
  }

  /** @throws GatewayError for framing that is broken, and whatever the taker throws */
  push(chunk: Buffer): void {
    if (this.#state === 'closed') return
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    let at = 0
    for (let next = this.#step(bytes, at); next !== undefined; next = this.#step(bytes, at)) at = next
    this.#position += bytes.length - this.#held.length
  }

  /** The body is over. @throws GatewayError if it is not whole */
  end(): void {
    if (this.#state !== 'closed') throw broken('it ends before its last boundary')
  }

  /** One border or head further; undefined if more bytes are needed, which `#held` says from where on. */
  #step(bytes: Buffer, at: number): number | undefined {
    if (this.#state === 'closed') return this.#hold(nothing)
    return this.#state === 'head' ? this.#readHead(bytes, at) : this.#findBorder(bytes, at)
  }

  #findBorder(bytes: Buffer, at: number): number | undefined {
    for (let border = bytes.indexOf(this.#border, at); border >= 0; border = bytes.indexOf(this.#border, border + 1)) {
      const behind = this.#behind(bytes, border + this.#border.length)
      if (behind === 'text') continue
      this.#pass(bytes.subarray(at, border))
      if (behind === 'unsure') return this.#hold(bytes.subarray(border))
      if (this.#state === 'content') this.#taker.end(this.#position + border, this.#position + border + crlf.length)
      this.#start = this.#position + border + crlf.length
      this.#state = behind.isLast ? 'closed' : 'head'
      return behind.end
    }
    const half = this.#halfBorder(bytes, at)
    this.#pass(bytes.subarray(at, half))
    return this.#hold(bytes.subarray(half))
  }

  /** What follows on a border: the end of its line, `--` if it is the last, or text that makes it none. */
  #behind(bytes: Buffer, from: number): { readonly end: number; readonly isLast: boolean } | 'text' | 'unsure' {
    if (bytes[from] === 0x2d) return bytes.length === from + 1 ? 'unsure' : bytes[from + 1] === 0x2d ? { end: from + 2, isLast: true } : 'text'
    let at = from
    while (bytes[at] === 0x20 || bytes[at] === 0x09) at++
    if (at - from > 1024) return 'text'
    if (at + 1 >= bytes.length) return at === bytes.length || bytes[at] === 0x0d ? 'unsure' : 'text'
    return bytes[at] === 0x0d && bytes[at + 1] === 0x0a ? { end: at, isLast: false } : 'text'
  }

  /** `at` is where the line end of the border begins: so a head of no lines is found, too. */
  #readHead(bytes: Buffer, at: number): number | undefined {
    const end = bytes.indexOf(headEnd, at)
    if ((end < 0 ? bytes.length : end) - at > headLimit) throw broken(`the head of a part has more than ${headLimit} bytes`)
    if (end < 0) return this.#hold(bytes.subarray(at))
    if (++this.#parts > mostParts) throw broken(`it has more than ${mostParts} parts`)
    const contentStart = end + headEnd.length
    this.#state = 'content'
    this.#taker.head({ ...readHead(bytes.toString('utf8', at, end)), start: this.#start, contentStart: this.#position + contentStart })
    // A border directly behind a head shares no line end with it.
    return contentStart
  }

  #pass(content: Buffer): void {
    if (this.#state === 'content' && content.length > 0) this.#taker.content(content)
  }

  #hold(bytes: Buffer): undefined {
    this.#held = bytes
  }

  /** Where a border may have begun that the chunk cuts off; the chunk's end if none can have. */
  #halfBorder(bytes: Buffer, from: number): number {
    const border = this.#border
    for (let at = bytes.indexOf(0x0d, Math.max(from, bytes.length - border.length + 1)); at >= 0; at = bytes.indexOf(0x0d, at + 1)) {
      if (border.subarray(0, bytes.length - at).equals(bytes.subarray(at))) return at
    }
    return bytes.length
  }
}

/** The boundary that a content type names; undefined if it is no form, or names none. */
export function boundaryOf(type: string): string | undefined {
  if (!/^\s*multipart\/form-data\s*(;|$)/i.test(type)) return undefined
  const boundary = parametersOf(type)?.get('boundary')
  return boundary === undefined || boundary === '' || boundary.length > 200 ? undefined : boundary
}

function broken(what: string): GatewayError {
  return gatewayError('invalid_value', `invalid request body: ${what}`)
}

function readHead(text: string): Pick<PartHead, 'name' | 'filename' | 'type'> {
  let type
  let parameters: ReadonlyMap<string, string> | undefined
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':')
    const header = line.slice(0, colon).trim().toLowerCase()
    if (header === 'content-type') type = line.slice(colon + 1).trim()
    if (header !== 'content-disposition') continue
    if (parameters !== undefined) throw broken('a part has two names')
    parameters = parametersOf(line.slice(colon + 1))
    if (parameters === undefined) throw broken('a part says something of itself twice')
  }
  const name = parameters?.get('name')
  if (name === undefined) throw broken('a part has no name')
  return { name, filename: extended(parameters?.get('filename*')) ?? parameters?.get('filename'), type }
}

/**
 * The parameters of a header, one behind the other, so that none is found inside another's text. Browsers escape quotes by percent signs, others by a backslash.
 * @returns undefined where one is given twice: a provider may take the other, and read another form than the one that was judged here
 */
function parametersOf(header: string): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>()
  for (const [, name = '', quoted, bare = ''] of header.matchAll(/;\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/g)) {
    const lower = name.toLowerCase()
    if (found.has(lower)) return undefined
    found.set(lower, quoted?.replace(/\\(["\\])/g, '$1').replaceAll('%22', '"') ?? bare.trim())
  }
  return found
}

/** `UTF-8''…` */
function extended(value: string | undefined): string | undefined {
  const [, encoded] = /^utf-8'[^']*'(.*)$/i.exec(value ?? '') ?? []
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}
