/** A reply on its way into a socket: collected while the turn lasts, then written at once. */

import type { Sink } from '../pipeline/delivery/sink.ts'
import { atEndOfTurn } from '../end-of-turn.ts'

/** What may wait in this process for a caller who reads slowly. */
const highWaterBytes = 256 * 1024

/** What it writes to. */
export interface Outlet {
  readonly destroyed: boolean
  readonly headersSent: boolean
  /** Bytes that the system has not taken yet. */
  readonly writableLength: number
  writeHead(status: number, headers: readonly string[]): void
  /** Sends the head, if it has not left, and what there is of a body. */
  write(pieces: readonly Buffer[]): void
  end(pieces: readonly Buffer[]): void
  whenDrained(callback: () => void): void
  /** Gives up on a caller who takes nothing for so long. */
  setTimeout(ms: number): void
  destroy(): void
}

export class ResponseSink implements Sink {
  committed = false
  readonly #outlet: Outlet
  readonly #stallMs: number
  #status = 0
  #headers: readonly string[] = []
  #pieces: Buffer[] = []
  #bytes = 0
  #ended = false
  #waiting = false

  /** @param stallMs how long a caller may take nothing of a reply that is there to its end; 0 is for ever */
  constructor(outlet: Outlet, stallMs: number) {
    this.#outlet = outlet
    this.#stallMs = stallMs
  }

  head(status: number, headers: readonly string[]): void {
    this.committed = true
    this.#status = status
    this.#headers = headers
    this.#wait()
  }

  write(bytes: Buffer): boolean {
    this.#pieces.push(bytes)
    this.#bytes += bytes.length
    this.#wait()
    return this.#bytes + this.#outlet.writableLength < highWaterBytes
  }

  end(bytes?: Buffer): void {
    if (bytes !== undefined && bytes.length > 0) this.#pieces.push(bytes)
    this.#ended = true
    this.#wait()
  }

  whenDrained(callback: () => void): void {
    this.#outlet.whenDrained(callback)
  }

  destroy(): void {
    this.#outlet.destroy()
  }

  /** Called at the end of the turn. */
  flush(): void {
    this.#waiting = false
    const outlet = this.#outlet
    if (outlet.destroyed) return
    if (!outlet.headersSent) outlet.writeHead(this.#status, this.#headers)
    const pieces = this.#pieces
    this.#pieces = []
    this.#bytes = 0
    if (this.#ended) this.#finish(pieces)
    else outlet.write(pieces)
  }

  /** The system tells how much of one write is taken. The limit ends when all is. */
  #finish(pieces: readonly Buffer[]): void {
    const outlet = this.#outlet
    outlet.end(pieces)
    if (outlet.writableLength > 0 && this.#stallMs > 0) outlet.setTimeout(this.#stallMs)
  }

  #wait(): void {
    if (this.#waiting) return
    this.#waiting = true
    atEndOfTurn(this)
  }
}
