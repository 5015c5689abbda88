/** One request as a scripted upstream saw it, and how its reply went. */

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'

/** How a reply stands: `cut` when the script or `close()` broke it off, `aborted` when the client left before its end. */
export type ReplyState = 'open' | 'ended' | 'cut' | 'aborted'

export class ReceivedRequest {
  readonly method: string
  /** Path and query, as sent. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** Flat: name, value, name, value … in the order and spelling sent. */
  readonly rawHeaders: readonly string[]
  /** Bytes of the reply's body that the client's connection took so far. */
  repliedBytes = 0
  readonly #chunks: Buffer[] = []
  readonly #whole = Promise.withResolvers<void>()
  readonly #ended = Promise.withResolvers<void>()
  readonly #aborted = Promise.withResolvers<void>()
  #state: ReplyState = 'open'

  constructor(incoming: IncomingMessage, response: ServerResponse) {
    this.method = incoming.method ?? ''
    this.path = incoming.url ?? ''
    this.headers = incoming.headers
    this.rawHeaders = incoming.rawHeaders
    incoming.on('data', chunk => this.#chunks.push(chunk))
    incoming.on('end', () => this.#whole.resolve())
    incoming.on('error', () => {}) // the client left amid its body: the response closes, too
    response.on('finish', () => this.settle('ended'))
    response.on('close', () => this.settle('aborted'))
  }

  /** What has arrived of the body. */
  get body(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  /** Resolves when the request has arrived to its last byte; never, if the client left before. */
  get whole(): Promise<void> {
    return this.#whole.promise
  }

  /** Resolves when the reply was sent, or cut, as scripted. */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  /** Resolves when the client closed the connection before the reply ended. */
  get aborted(): Promise<void> {
    return this.#aborted.promise
  }

  get state(): ReplyState {
    return this.#state
  }

  /** Says how the reply ended; only the first word counts. */
  settle(state: Exclude<ReplyState, 'open'>): void {
    if (this.#state !== 'open') return
    this.#state = state
    if (state === 'aborted') this.#aborted.resolve()
    else this.#ended.resolve()
  }
}
