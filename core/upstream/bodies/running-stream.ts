/** A stream that has begun and waits until somebody takes it; what comes before then is kept. */

import type { GatewayError } from '../../errors.ts'
import type { ReplyStream } from '../reply.ts'
import type { Call } from '../transport/transport.ts'
import { joinedBytes } from '../../joined-bytes.ts'

type Taker = Parameters<ReplyStream['start']>[0]

/** Takes what comes after a stream was given up. */
const nobody: Taker = { events: () => {}, ended: () => {} }

export class RunningStream implements ReplyStream {
  readonly #call: Call
  #taker: Taker | undefined
  #kept: Buffer[] = []
  #ended: { readonly broken: GatewayError | undefined } | undefined

  constructor(call: Call) {
    this.#call = call
  }

  start(taker: Taker): void {
    this.#taker ??= taker
    if (this.#kept.length > 0) this.#taker.events(joinedBytes(this.#kept))
    this.#kept = []
    if (this.#ended !== undefined) this.#taker.ended(this.#ended.broken)
  }

  pause(): void {
    this.#call.pause()
  }

  resume(): void {
    this.#call.resume()
  }

  abort(): void {
    this.#taker = nobody
    this.#call.abort()
  }

  /** Hands out what arrived. */
  put(bytes: Buffer): void {
    if (this.#taker === undefined) this.#kept.push(bytes)
    else this.#taker.events(bytes)
  }

  /** Nothing more will come. */
  finish(broken?: GatewayError): void {
    if (this.#taker === undefined) this.#ended = { broken }
    else this.#taker.ended(broken)
  }
}
