/** What arrived, before anybody looked into it. */

import type { Upload } from '../form/upload.ts'

/** What is there, when what is asked for is not. */
export interface Elsewhere {
  /** The methods that are served here, when this one is not. */
  readonly allow?: string
  /** A path below the base path that is served, and is like this one. */
  readonly meant?: string
}

export interface IncomingRequest extends Elsewhere {
  readonly method: string
  /** The path below the gateway's base path, as it was sent: not decoded, without the query. */
  readonly path: string
  /** The query as it was sent, with its `?`; empty if there is none. */
  readonly query: string
  /** What the route's pattern matched, decoded, for example `provider` and `rest`. */
  readonly params: Readonly<Record<string, string>>
  /** Lower-case names; the last of repeated headers wins, as Node joins them. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** As sent: name, value, name, value … */
  readonly rawHeaders: readonly string[]
  /** Of the connection. */
  readonly remoteAddress: string
  /** Of the client, as a trusted proxy says it; undefined where that is `remoteAddress`. */
  readonly clientAddress?: string | undefined
  /** The gateway's base path, which stands before `path` in the addresses that callers see; absent if there is none. */
  readonly basePath?: string
  /** The whole body, within the limits; read when somebody first asks. Not of a form, which flows. @throws GatewayError */
  body(): Promise<Buffer>
  /** The same, where all of it has come, and nothing has to be decoded; undefined otherwise. */
  whole?(): Buffer | undefined
  /** The body as it comes, instead. @throws GatewayError if its encoding is unknown */
  upload?(): Upload
  /** Whether the body may be too long to be held. */
  readonly flows?: boolean
}
