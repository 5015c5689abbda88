/** A reply on its way into a socket: collected while the turn lasts, then written at once. */

import type { ServerResponse } from 'node:http'
import type { Sink } from '../pipeline/sink.ts'
import { atEndOfTurn } from './turn.ts'
import { joinedBytes } from '../joined-bytes.ts'

/** What may wait in this process for a caller who reads slowly. */
const highWaterBytes = 256 * 1024

export class ResponseSink implements Sink {
  committed = false
  readonly #response: ServerResponse
  #chunks: Buffer[] = []
  #bytes = 0
  #ended = false
  #waiting = false

  constructor(response: ServerResponse) {
    this.#response = response
  }

  /** Node looks at them at once, and sends them with what follows. */
  head(status: number, headers: readonly string[]): void {
    if (status < 200) throw new RangeError(`${status} is no status of an answer`)
    this.#response.writeHead(status, headers as string[])
    this.committed = true
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
    const bytes = joinedBytes(this.#chunks)
    this.#chunks = []
    this.#bytes = 0
    if (this.#ended) response.end(bytes)
    else if (bytes.length > 0) response.write(bytes)
    else response.flushHeaders()
  }

  #wait(): void {
    if (this.#waiting) return
    this.#waiting = true
    atEndOfTurn(this)
  }
}
