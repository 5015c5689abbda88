/** Moves a stream from the provider to the caller at the pace of the slower one. */

import { GatewayError } from '../../errors.ts'
import { complete } from '../complete.ts'
import type { Sink } from './sink.ts'
import type { Exchange } from '../exchange.ts'
import type { Reply, ReplyStream } from '../../upstream/reply.ts'
import { paced } from './pace.ts'
import type { Timer } from '../../services/clock.ts'

type Taker = Parameters<ReplyStream['start']>[0]

export class Flow {
  /** Resolves when the stream is over for the caller, in whichever way. */
  readonly done: Promise<void>
  readonly #exchange: Exchange
  readonly #sink: Sink
  readonly #stream: ReplyStream
  readonly #stay: () => void
  #ended: Taker['ended'] | undefined
  #left: (() => void) | undefined
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
    this.#stay = exchange.whenStopped(reason => {
      if (exchange.gone) this.#leave()
      else if (reason instanceof GatewayError) this.#breakOff(reason)
    })
  }

  /** Whether the caller cannot take more now. */
  get isStalled(): boolean {
    return this.#stalled !== undefined
  }

  /** @param taker `left` is called if the caller leaves, before it is complete */
  start({ events, ended, left }: Taker & { left?(): void }): void {
    this.#ended = ended
    this.#left = left
    this.#stream.start({ events, ended: broken => this.#end(broken) })
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

  /** The gateway must end: so does what is held for later, or comes from no provider. */
  #breakOff(reason: GatewayError): void {
    if (this.#over) return
    this.#stream.abort()
    this.#end(reason)
  }

  /** Told once, whoever says it. */
  #end(broken: GatewayError | undefined): void {
    const ended = this.#ended
    this.#ended = undefined
    ended?.(broken)
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
    this.#left?.()
    complete(this.#exchange)
    this.finish()
  }
}
