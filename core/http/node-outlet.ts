/** A response of Node's server, as a sink writes to it. */

import type { ServerResponse } from 'node:http'
import { joinedBytes } from '../joined-bytes.ts'
import type { Clock } from '../services/clock.ts'
import { endConnectionWith } from './early-answer.ts'
import type { Outlet } from './response-sink.ts'

export class NodeOutlet implements Outlet {
  readonly #response: ServerResponse
  readonly #clock: Clock

  constructor(response: ServerResponse, clock: Clock) {
    this.#response = response
    this.#clock = clock
  }

  get destroyed(): boolean {
    return this.#response.destroyed
  }

  get headersSent(): boolean {
    return this.#response.headersSent
  }

  get writableLength(): number {
    return this.#response.writableLength
  }

  writeHead(status: number, headers: readonly string[]): void {
    if (!this.#response.req.complete) endConnectionWith(this.#response, this.#clock)
    this.#response.writeHead(status, headers as string[])
  }

  write(pieces: readonly Buffer[]): void {
    if (pieces.length > 0) this.#response.write(joinedBytes(pieces))
    else this.#response.flushHeaders()
  }

  end(pieces: readonly Buffer[]): void {
    this.#response.end(joinedBytes(pieces))
  }

  whenDrained(callback: () => void): void {
    this.#response.once('drain', callback)
  }

  setTimeout(ms: number): void {
    this.#response.setTimeout(ms)
  }

  destroy(): void {
    this.#response.destroy()
  }
}
