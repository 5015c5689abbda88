/** A reply on its way into a socket: collected while the turn lasts, then written at once. */

import type { ServerResponse } from 'node:http'
import type { Sink } from '../pipeline/delivery/sink.ts'
import type { Clock } from '../services/clock.ts'
import { endConnectionWith } from './early-answer.ts'
import { atEndOfTurn } from '../end-of-turn.ts'
import { joinedBytes } from '../joined-bytes.ts'

/** What may wait in this process for a caller who reads slowly. */
const highWaterBytes = 256 * 1024

export class ResponseSink implements Sink {
  committed = false
  readonly #response: ServerResponse
  readonly #clock: Clock
  readonly #stallMs: number
  #status = 0
  #headers: readonly string[] = []
  #chunks: Buffer[] = []
  #bytes = 0
  #ended = false
  #waiting = false

  /** @param stallMs how long a caller may take nothing of a reply that is there to its end; 0 is for ever */
  constructor(response: ServerResponse, clock: Clock, stallMs: number) {
    this.#response = response
    this.#clock = clock
    this.#stallMs = stallMs
  }

  head(status: number, headers: readonly string[]): void {
    this.committed = true
    this.#status = status
    this.#headers = headers
    this.#wait()
  }

  write(bytes: Buffer): boolean {
    this.#chunks.push(bytes)
    this.#bytes += bytes.length
    this.#wait()
    return this.#bytes + this.#response.writableLength < highWaterBytes
  }

  end(bytes?: Buffer): void {
    if (bytes !== undefined && bytes.length > 0) this.#chunks.push(bytes)
    this.#ended = true
    this.#wait()
  }

  whenDrained(callback: () => void): void {
    this.#response.once('drain', callback)
  }

  destroy(): void {
    this.#response.destroy()
  }

  /** Called at the end of the turn. */
  flush(): void {
    this.#waiting = false
    const response = this.#response
    if (response.destroyed) return
    if (!response.headersSent) this.#begin(response)
    const bytes = joinedBytes(this.#chunks)
    this.#chunks = []
    this.#bytes = 0
    if (this.#ended) this.#finish(response, bytes)
    else if (bytes.length > 0) response.write(bytes)
    else response.flushHeaders()
  }

  /** Node's own timer sees how much of one write is taken. It goes on to the time that the connection may be idle once all is. */
  #finish(response: ServerResponse, bytes: Buffer): void {
    response.end(bytes)
    if (response.writableLength > 0 && this.#stallMs > 0) response.setTimeout(this.#stallMs)
  }

  #begin(response: ServerResponse): void {
    if (!response.req.complete) endConnectionWith(response, this.#clock)
    response.writeHead(this.#status, this.#headers as string[])
  }

  #wait(): void {
    if (this.#waiting) return
    this.#waiting = true
    atEndOfTurn(this)
  }
}
