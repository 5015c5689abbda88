/** Reads the head of a plain request: one of HTTP/1.1 that can be understood in one way only. */

import { maxHeaderSize } from 'node:http'
import { headerLines } from '../../header-lines.ts'

export interface PlainHead {
  readonly method: string
  /** As it was sent. */
  readonly url: string
  /** By lower-case name, each of which came once. */
  readonly headers: Readonly<Record<string, string>>
  readonly rawHeaders: readonly string[]
  /** The client asks nothing more on this connection. */
  readonly isLast: boolean
  /** Of the head, with the empty line behind it. */
  readonly headBytes: number
  readonly bodyBytes: number
}

const requestLine = /^(GET|POST) (\/[\u0021-\u007e]*) HTTP\/1\.1\r\n/
/** What says how the message or the connection goes on, or what Node would join in its own way. */
const special: ReadonlySet<string> = new Set(['expect', 'set-cookie', 'te', 'trailer', 'transfer-encoding', 'upgrade', '__proto__'])

/** @returns undefined for any other request, and for one whose head is not all there */
export function plainHead(bytes: Buffer): PlainHead | undefined {
  const end = bytes.indexOf('\r\n\r\n', 0, 'latin1')
  if (end < 0 || end > maxHeaderSize) return undefined
  const text = bytes.toString('latin1', 0, end + 2)
  const [first, method, url] = requestLine.exec(text) ?? []
  if (first === undefined || method === undefined || url === undefined) return undefined
  const rawHeaders = headerLines(text.slice(first.length))
  const headers = rawHeaders === undefined ? undefined : byName(rawHeaders)
  if (rawHeaders === undefined || headers?.['host'] === undefined) return undefined
  const length = headers['content-length'] ?? '0'
  const connection = headers['connection']?.toLowerCase() ?? 'keep-alive'
  if (!/^\d{1,15}$/.test(length) || (connection !== 'keep-alive' && connection !== 'close')) return undefined
  return { method, url, headers, rawHeaders, isLast: connection === 'close', headBytes: end + 4, bodyBytes: Number(length) }
}

/** @returns undefined if one is special, or came twice */
function byName(flat: readonly string[]): Record<string, string> | undefined {
  const headers: Record<string, string> = {}
  for (let i = 0; i < flat.length; i += 2) {
    const name = (flat[i] as string).toLowerCase()
    if (special.has(name) || Object.hasOwn(headers, name)) return undefined
    headers[name] = flat[i + 1] as string
  }
  return headers
}
