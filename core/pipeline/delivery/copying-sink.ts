/** A sink that shows what goes through it. */

import type { Sink } from './sink.ts'

export class CopyingSink implements Sink {
  readonly #sink: Sink
  readonly #copy: (bytes: Buffer) => void

  constructor(sink: Sink, copy: (bytes: Buffer) => void) {
    this.#sink = sink
    this.#copy = copy
  }

  get committed(): boolean {
    return this.#sink.committed
  }

  head(status: number, headers: readonly string[]): void {
    this.#sink.head(status, headers)
  }

  write(bytes: Buffer): boolean {
    this.#copy(bytes)
    return this.#sink.write(bytes)
  }

  end(bytes?: Buffer): void {
    if (bytes !== undefined) this.#copy(bytes)
    this.#sink.end(bytes)
  }

  whenDrained(callback: () => void): void {
    this.#sink.whenDrained(callback)
  }

  destroy(): void {
    this.#sink.destroy()
  }
}
