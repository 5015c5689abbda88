/** The head of a request, spelled for the wire. */

import { areSendable } from '../../../flat-headers.ts'

/** Methods whose requests say their length even if they have no body (RFC 9110 8.6). */
const withBody: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])
const withoutBody: ReadonlySet<string> = new Set(['GET', 'DELETE'])

const plainPath = /^\/[\u0021-\u007e]*$/
/** Names of what says how the message or the connection ends, or whom it is for. */
const special: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** What is asked, beside where. */
export interface Asked {
  readonly method: string
  /** Flat. */
  readonly headers: readonly string[]
  readonly body?: Buffer | undefined
}

/** @returns undefined where something in it would have to be judged: another method, a header about the connection, a character that may not stand there */
export function requestHead(host: string, path: string, { method, headers, body }: Asked): string | undefined {
  const saysLength = withBody.has(method)
  if (!saysLength && (body !== undefined || !withoutBody.has(method))) return undefined
  if (!plainPath.test(path) || !areSendable(headers)) return undefined
  let text = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string
    if (special.has(name.toLowerCase())) return undefined
    text += `${name}: ${headers[i + 1] as string}\r\n`
  }
  return saysLength ? `${text}content-length: ${body?.length ?? 0}\r\n\r\n` : `${text}\r\n`
}
