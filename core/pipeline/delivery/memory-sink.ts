/** A reply that is kept in memory: of calls that the gateway makes to itself, and of tests. */

import type { Sink } from './sink.ts'
import { joinedBytes } from '../../joined-bytes.ts'

export class MemorySink implements Sink {
  committed = false
  status = 0
  /** Lower-case names. */
  readonly headers: Record<string, string> = {}
  /** Whether the reply was broken off. */
  broken = false
  readonly #chunks: Buffer[] = []

  get body(): Buffer {
    return joinedBytes(this.#chunks)
  }

  head(status: number, headers: readonly string[]): void {
    this.committed = true
    this.status = status
    for (let i = 0; i + 1 < headers.length; i += 2) this.headers[(headers[i] as string).toLowerCase()] = headers[i + 1] as string
  }

  write(bytes: Buffer): boolean {
    this.#chunks.push(bytes)
    return true
  }

  end(bytes?: Buffer): void {
    if (bytes !== undefined) this.#chunks.push(bytes)
  }

  whenDrained(): void {}

  destroy(): void {
    this.broken = true
  }
}
