/** Bytes that come piece by piece, such as those of a body. */

import { joinedBytes } from '../../joined-bytes.ts'

/** What has come of a body so far. */
export class Chunks {
  #list: Buffer[] = []
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  add(chunk: Buffer): void {
    this.#list.push(chunk)
    this.#bytes += chunk.length
  }

  join(): Buffer {
    return joinedBytes(this.#list)
  }

  /** Hands the chunks over. */
  take(): readonly Buffer[] {
    const taken = this.#list
    this.#list = []
    return taken
  }
}
