/** Small calls besides those for callers: for credentials, and to the metadata servers of clouds. */

import { wholeBytes } from '../whole-bytes.ts'
import { connectionsTo } from './transport/connections.ts'
import { undici } from './transport/undici.ts'

export interface SmallCall {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** For all of it. */
  readonly timeoutMs: number
  /** Of the answer; a MiB by default. */
  readonly longestBytes?: number
  /** For the connection; undici's own limit by default. */
  readonly connectMs?: number
  /** Through this proxy; else straight to the server, whatever the environment says of proxies. */
  readonly proxyUrl?: string
}

export interface SmallReply {
  readonly status: number
  readonly body: string
  /** By lower-case name, of those that came once. */
  readonly headers?: Readonly<Record<string, string>>
}

/** Makes a small call; tests make it otherwise. */
export type SmallFetch = (call: SmallCall) => Promise<SmallReply>

/** What is longer is no credential. */
const longestReply = 1024 * 1024

/** Makes the call on a connection of its own. Redirects are not followed. @throws Error if no answer comes, or one that is too long */
export const smallCall: SmallFetch = async ({ method, url, headers = {}, body: sent = null, timeoutMs, longestBytes = longestReply, connectMs, proxyUrl }) => {
  const connection = connectionsTo(new URL(url).origin, { proxyUrl, ...(connectMs === undefined ? {} : { connectMs }) })
  try {
    const reply = await undici().request(url, { dispatcher: connection, method, headers, body: sent, signal: AbortSignal.timeout(timeoutMs) })
    const body = await wholeBytes(reply.body, longestBytes, () => new Error(`the answer is longer than ${longestBytes} bytes`))
    return { status: reply.statusCode, body: body.toString(), headers: single(reply.headers) }
  } finally {
    await connection.destroy()
  }
}

function single(headers: Readonly<Record<string, string | string[] | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}
