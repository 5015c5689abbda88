/** Keeps what flows by, up to a limit: references to the bytes, not copies. */

import { joinedBytes } from '../../core/joined-bytes.ts'

export class Capture {
  readonly #limitBytes: number
  #chunks: Buffer[] = []
  #bytes = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  readonly take = (bytes: Buffer): void => {
    this.#bytes += bytes.length
    if (this.#bytes <= this.#limitBytes) this.#chunks.push(bytes)
    else this.#chunks = []
  }

  /** All bytes that came, those beyond the limit too. */
  get length(): number {
    return this.#bytes
  }

  /** Undefined if there were too many. */
  get bytes(): Buffer | undefined {
    return this.#bytes > this.#limitBytes ? undefined : joinedBytes(this.#chunks)
  }
}
