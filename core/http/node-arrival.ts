/** A request that Node's server has read. */

import type { ServerResponse } from 'node:http'
import type { Upload } from '../form/upload.ts'
import type { Sink } from '../pipeline/delivery/sink.ts'
import type { Stoppable } from '../pipeline/stoppable.ts'
import type { Clock } from '../services/clock.ts'
import type { Arrival } from './arrival.ts'
import type { BodyLimits, BodyTaker } from './body.ts'
import type { DirectMessage } from './message.ts'
import { NodeOutlet } from './node-outlet.ts'
import { RequestUpload } from './request-upload.ts'
import { ResponseSink } from './response-sink.ts'

export class NodeArrival implements Arrival {
  readonly method: string
  readonly url: string
  readonly headers: DirectMessage['headers']
  readonly rawHeaders: readonly string[]
  readonly remoteAddress: string
  readonly #request: DirectMessage
  readonly #response: ServerResponse

  constructor(request: DirectMessage, response: ServerResponse) {
    this.method = request.method ?? 'GET'
    this.url = request.url ?? '/'
    this.headers = request.headers
    this.rawHeaders = request.rawHeaders
    this.remoteAddress = request.socket.remoteAddress ?? ''
    this.#request = request
    this.#response = response
  }

  get exchange(): Stoppable | undefined {
    return this.#request.exchange
  }

  set exchange(exchange: Stoppable | undefined) {
    this.#request.exchange = exchange
  }

  giveTo(taker: BodyTaker): () => void {
    return this.#request.giveTo(taker)
  }

  upload(limits: BodyLimits): Upload {
    return new RequestUpload(this.#request, limits)
  }

  sink(clock: Clock, stallMs: number): Sink {
    return new ResponseSink(new NodeOutlet(this.#response, clock), stallMs)
  }

  whenOver(callback: (isAnswered: boolean) => void): void {
    const response = this.#response
    response.on('close', () => callback(response.writableFinished))
  }
}
