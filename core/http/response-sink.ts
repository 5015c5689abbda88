/** A reply on its way into a socket: collected while the turn lasts, then written at once. */

import type { Sink } from '../pipeline/delivery/sink.ts'
import { atEndOfTurn } from '../end-of-turn.ts'
import { joinedBytes } from '../joined-bytes.ts'

/** What may wait in this process for a caller who reads slowly. */
const highWaterBytes = 256 * 1024

/** What it writes to: a response of Node's, or the like. */
export interface Outlet {
  readonly destroyed: boolean
  readonly headersSent: boolean
  /** Bytes that the system has not taken yet. */
  readonly writableLength: number
  writeHead(status: number, headers: string[]): unknown
  flushHeaders(): void
  write(bytes: Buffer): unknown
  end(bytes: Buffer): unknown
  once(event: 'drain', callback: () => void): unknown
  /** Gives up on a caller who takes nothing for so long. */
  setTimeout(ms: number): unknown
  destroy(): unknown
}

export class ResponseSink implements Sink {
  committed = false
  readonly #response: Outlet
  readonly #stallMs: number
  readonly #beforeHead: (() => void) | undefined
  #status = 0
  #headers: readonly string[] = []
  #chunks: Buffer[] = []
  #bytes = 0
  #ended = false
  #waiting = false

  /**
   * @param stallMs how long a caller may take nothing of a reply that is there to its end; 0 is for ever
   * @param beforeHead called before anything is written
   */
  constructor(response: Outlet, stallMs: number, beforeHead?: () => void) {
    this.#response = response
    this.#stallMs = stallMs
    this.#beforeHead = beforeHead
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
    if (!response.headersSent) {
      this.#beforeHead?.()
      response.writeHead(this.#status, this.#headers as string[])
    }
    const bytes = joinedBytes(this.#chunks)
    this.#chunks = []
    this.#bytes = 0
    if (this.#ended) this.#finish(response, bytes)
    else if (bytes.length > 0) response.write(bytes)
    else response.flushHeaders()
  }

  /** Node's own timer sees how much of one write is taken. It goes on to the time that the connection may be idle once all is. */
  #finish(response: Outlet, bytes: Buffer): void {
    response.end(bytes)
    if (response.writableLength > 0 && this.#stallMs > 0) response.setTimeout(this.#stallMs)
  }

  #wait(): void {
    if (this.#waiting) return
    this.#waiting = true
    atEndOfTurn(this)
  }
}
