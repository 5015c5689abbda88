/** Bytes that nobody frames go to the caller as they come. */

import type { GatewayError } from '../../errors.ts'
import { complete } from '../complete.ts'
import { sendHead } from './respond.ts'
import type { Sink } from './sink.ts'
import type { Exchange } from '../exchange.ts'
import { Flow } from './flow.ts'
import type { Reply } from '../../upstream/reply.ts'

export class RawDelivery {
  readonly done: Promise<void>
  readonly #exchange: Exchange
  readonly #sink: Sink
  readonly #flow: Flow

  constructor(exchange: Exchange, sink: Sink, reply: Reply) {
    this.#exchange = exchange
    this.#sink = sink
    sendHead(exchange, sink, reply.status, reply.headers)
    this.#flow = new Flow(exchange, sink, reply)
    this.done = this.#flow.done
    this.#flow.start({ events: bytes => this.#flow.write(bytes), ended: broken => this.#ended(broken) })
  }

  #ended(broken: GatewayError | undefined): void {
    this.#exchange.error = broken
    complete(this.#exchange)
    if (broken === undefined) this.#sink.end()
    else this.#sink.destroy()
    this.#flow.finish()
  }
}
