/** Moves a stream from the provider to the caller at the pace of the slower one. */

import { complete } from '../complete.ts'
import type { Sink } from './sink.ts'
import type { Exchange } from '../exchange.ts'
import type { Reply, ReplyStream } from '../../upstream/reply.ts'
import { paced } from './pace.ts'
import type { Timer } from '../../services/clock.ts'

export class Flow {
  /** Resolves when the stream is over for the caller, in whichever way. */
  readonly done: Promise<void>
  readonly #exchange: Exchange
  readonly #sink: Sink
  readonly #stream: ReplyStream
  readonly #stay: () => void
  #resolve: () => void = () => {}
  #stalled: Timer | undefined
  #over = false

  constructor(exchange: Exchange, sink: Sink, reply: Reply) {
    if (reply.stream === undefined) throw new TypeError('the reply is no stream')
    this.#exchange = exchange
    this.#sink = sink
    this.#stream = paced(exchange, reply.stream)
    this.done = new Promise(resolve => {
      this.#resolve = resolve
    })
    this.#stay = exchange.whenStopped(() => {
      if (exchange.gone) this.#leave()
    })
  }

  /** Whether the caller cannot take more now. */
  get isStalled(): boolean {
    return this.#stalled !== undefined
  }

  start(taker: Parameters<ReplyStream['start']>[0]): void {
    this.#stream.start(taker)
  }

  /** Writes to the caller; while they cannot take it, the provider is paused. */
  write(bytes: Buffer): void {
    if (this.#over || this.#sink.write(bytes) || this.#stalled !== undefined) return
    this.#stream.pause()
    const { streamStallMs } = this.#exchange.plan.limits
    this.#stalled = this.#exchange.clock.after(streamStallMs > 0 ? streamStallMs : 2 ** 31 - 1, () => this.#stall())
    this.#sink.whenDrained(() => {
      this.#stalled?.cancel()
      this.#stalled = undefined
      if (!this.#over) this.#stream.resume()
    })
  }

  /** Ends the provider's side early. */
  cut(): void {
    this.#stream.abort()
  }

  finish(): void {
    if (this.#over) return
    this.#over = true
    this.#stay()
    this.#stalled?.cancel()
    this.#resolve()
  }

  /** The caller took nothing for too long. */
  #stall(): void {
    this.#exchange.log.warn('the client took nothing for too long; its stream was given up')
    this.#exchange.isStalled = true
    this.#sink.destroy()
    this.#leave()
  }

  #leave(): void {
    if (this.#over) return
    this.#stream.abort()
    // Who has the whole answer need not wait for the end of the stream.
    if (!this.#exchange.completed) this.#exchange.status = 499
    complete(this.#exchange)
    this.finish()
  }
}
