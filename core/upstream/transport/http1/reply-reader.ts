/** Reads one reply of HTTP/1.1 after the other from the bytes of a connection (RFC 9112). What two readers could understand in two ways is refused. */

import { maxHeaderSize } from 'node:http'
import { headerLines } from '../../../header-lines.ts'
import type { ReplyHeaders, ReplyListener } from '../transport.ts'

/** Who hears of a reply; not of what breaks it. */
export type ReplyTaker = Pick<ReplyListener, 'onHead' | 'onData' | 'onEnd'>

/** The bytes are no reply of HTTP/1.1. */
export class MalformedReply extends Error {
  readonly code = 'EBADMSG'
}

/** What is expected next. A body is `counted`, comes in chunks (from `size` to `trailers`), or is the `rest` of what the connection brings. */
type Stage = 'head' | 'counted' | 'size' | 'chunk' | 'behind-chunk' | 'trailers' | 'rest' | 'over'

const cr = 13
const lf = 10
const nothing = Buffer.alloc(0)

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [^\r\n]*)?\r\n/
const sizeLine = /^([\da-f]+)(?:[\t ]*;[\t\u0020-\u007e\u0080-\u00ff]*)?\r\n$/i

export class ReplyReader {
  /** Whether the connection may be used for another call once the reply is over. */
  keepsAlive = false
  /** For how long the server says that it keeps the connection. */
  keepAliveSeconds: number | undefined
  #taker: ReplyTaker | undefined
  #stage: Stage = 'over'
  /** Bytes of the body, or of its chunk, that are still to come. */
  #left = 0
  /** Bytes that are not told yet: less than a head or a line, or what came while paused. */
  #kept: Buffer | undefined
  #isPaused = false
  #isReading = false

  /** The next reply is for `taker`. */
  begin(taker: ReplyTaker): void {
    this.#taker = taker
    this.#stage = 'head'
    this.#isPaused = false
    this.#kept = undefined
  }

  /** Nobody hears more of this reply. */
  leave(): void {
    this.#taker = undefined
  }

  pause(): void {
    this.#isPaused = true
  }

  /** Tells what was kept. @throws MalformedReply */
  resume(): void {
    this.#isPaused = false
    if (!this.#isReading) this.read(nothing)
  }

  /** Tells all that was kept, also to who pauses: nothing more can come. @throws MalformedReply */
  drain(): void {
    do this.resume()
    while (this.#isPaused && this.#taker !== undefined)
  }

  /** The connection has ended. @returns whether the reply was told to its end @throws MalformedReply */
  finish(): boolean {
    this.drain()
    if (this.#stage === 'rest') this.#end()
    return this.#taker === undefined
  }

  /** Tells what `bytes` hold. @throws MalformedReply */
  read(bytes: Buffer): void {
    const all = this.#kept === undefined ? bytes : Buffer.concat([this.#kept, bytes])
    this.#kept = undefined
    let at = 0
    this.#isReading = true
    try {
      while (!this.#isPaused && this.#taker !== undefined) {
        if (this.#stage === 'over') {
          // Nobody asked for what comes behind it: the connection is out of step.
          if (at < all.length) this.keepsAlive = false
          return this.#end()
        }
        const next = at < all.length ? this.#step(this.#taker, all, at) : at
        if (next === at) break
        at = next
      }
    } finally {
      this.#isReading = false
    }
    if (at < all.length && this.#taker !== undefined) this.#kept = all.subarray(at)
  }

  #end(): void {
    const taker = this.#taker
    this.#taker = undefined
    taker?.onEnd()
  }

  /** @returns how far it came: not from where it was, if too little is there */
  #step(taker: ReplyTaker, bytes: Buffer, at: number): number {
    if (this.#stage === 'head') return this.#head(taker, bytes, at)
    if (this.#stage === 'counted' || this.#stage === 'chunk' || this.#stage === 'rest') return this.#piece(taker, bytes, at)
    return this.#between(bytes, at)
  }

  /** Some servers end a reply with a line too many, which then stands before the next one. */
  #head(taker: ReplyTaker, bytes: Buffer, from: number): number {
    let at = from
    while (bytes[at] === cr || bytes[at] === lf) at += 1
    const end = bytes.indexOf('\r\n\r\n', at, 'latin1')
    if ((end < 0 ? bytes.length : end) - at > maxHeaderSize) throw new MalformedReply('the head of the reply is too long')
    if (end < 0) return at
    const text = bytes.toString('latin1', at, end + 2)
    const first = statusLine.exec(text)
    const lines = first === null ? undefined : headerLines(text.slice(first[0].length))
    if (first === null || lines === undefined) throw new MalformedReply('the reply does not begin with a head of HTTP/1.1')
    const status = Number(first[2])
    if (status === 101) throw new MalformedReply('the reply changes to another protocol, which nobody asked for')
    // Provisional answers are nobody's.
    if (status >= 200) {
      const headers = byName(lines)
      this.#frame(status, headers)
      this.#persist(first[1] === '1', headers)
      taker.onHead(status, headers)
    }
    return end + 4
  }

  /** How the body ends (RFC 9112 6.3). */
  #frame(status: number, { 'content-length': length, 'transfer-encoding': coding }: ReplyHeaders): void {
    if (coding !== undefined && length !== undefined) throw new MalformedReply('the reply has both a length and a transfer encoding')
    if (length !== undefined && (typeof length !== 'string' || !/^\d{1,15}$/.test(length))) throw new MalformedReply('the length of the reply is no number')
    this.#left = Number(length ?? 0)
    this.keepsAlive = true
    if (status === 204 || status === 304) {
      this.#stage = 'over'
      this.keepsAlive = this.#left === 0 && coding === undefined
    } else if (length !== undefined) this.#stage = this.#left === 0 ? 'over' : 'counted'
    else if (coding !== undefined && /(?:^|,)[\t ]*chunked$/i.test(String(coding))) this.#stage = 'size'
    else {
      this.#stage = 'rest'
      this.keepsAlive = false
    }
  }

  #persist(isNew: boolean, { connection, 'keep-alive': limits }: ReplyHeaders): void {
    const wishes = connection === undefined ? '' : String(connection)
    if (isNew ? hasToken(wishes, 'close') : !hasToken(wishes, 'keep-alive')) this.keepsAlive = false
    const seconds = limits === undefined ? undefined : /(?:^|[,;\s])timeout=(\d{1,9})/i.exec(String(limits))?.[1]
    this.keepAliveSeconds = seconds === undefined ? undefined : Number(seconds)
  }

  /** Each chunk is a piece of its own: as such, its server has sent it. */
  #piece(taker: ReplyTaker, bytes: Buffer, at: number): number {
    const end = this.#stage === 'rest' ? bytes.length : Math.min(bytes.length, at + this.#left)
    if (this.#stage !== 'rest') {
      this.#left -= end - at
      if (this.#left === 0) this.#stage = this.#stage === 'counted' ? 'over' : 'behind-chunk'
    }
    taker.onData(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end))
    return end
  }

  /** Reads what stands between the chunks, and behind the last of them. */
  #between(bytes: Buffer, at: number): number {
    if (this.#stage === 'behind-chunk') {
      if (bytes[at] !== cr || (at + 1 < bytes.length && bytes[at + 1] !== lf)) throw new MalformedReply('a chunk of the reply is longer than it says')
      if (at + 1 === bytes.length) return at
      this.#stage = 'size'
      return at + 2
    }
    return this.#stage === 'size' ? this.#size(bytes, at) : this.#trailer(bytes, at)
  }

  /** Most lines are digits alone. */
  #size(bytes: Buffer, from: number): number {
    let at = from
    let size = 0
    for (let digit = 0; at < bytes.length && (digit = hexDigit(bytes[at] as number)) >= 0; at += 1) size = size * 16 + digit
    let behind = at + 2
    if (at === from || at + 1 >= bytes.length || bytes[at] !== cr || bytes[at + 1] !== lf) {
      const line = lineAt(bytes, from)
      if (line === undefined) return from
      if (!sizeLine.test(line)) throw new MalformedReply('the length of a chunk of the reply is no number')
      behind = from + line.length
    }
    if (size > Number.MAX_SAFE_INTEGER) throw new MalformedReply('a chunk of the reply is too long')
    this.#left = size
    this.#stage = size === 0 ? 'trailers' : 'chunk'
    return behind
  }

  #trailer(bytes: Buffer, at: number): number {
    const line = lineAt(bytes, at)
    if (line === undefined) return at
    if (line === '\r\n') this.#stage = 'over'
    else if (headerLines(line) === undefined) throw new MalformedReply('a trailer of the reply is malformed')
    return at + line.length
  }
}

/** With its end; undefined if that is not there yet. */
function lineAt(bytes: Buffer, at: number): string | undefined {
  const end = bytes.indexOf(lf, at)
  if ((end < 0 ? bytes.length : end) - at > maxHeaderSize) throw new MalformedReply('a line of the reply is too long')
  return end < 0 ? undefined : bytes.toString('latin1', at, end + 1)
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const letter = code | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}

function hasToken(list: string, token: string): boolean {
  return list !== '' && list.split(',').some(each => each.trim().toLowerCase() === token)
}

/** By lower-case name; those that came several times as a list. */
function byName(flat: readonly string[]): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {}
  for (let i = 0; i < flat.length; i += 2) {
    const name = (flat[i] as string).toLowerCase()
    const value = flat[i + 1] as string
    const before = Object.hasOwn(headers, name) ? headers[name] : undefined
    if (name === '__proto__') Object.defineProperty(headers, name, { value, enumerable: true, configurable: true, writable: true })
    else if (before === undefined) headers[name] = value
    else if (typeof before === 'string') headers[name] = [before, value]
    else before.push(value)
  }
  return headers
}
