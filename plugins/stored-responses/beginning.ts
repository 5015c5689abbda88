/** How a streamed answer begins: all that is known of a response whose caller leaves while it runs in the background. */

import type { StreamEvent } from '../../core/index.ts'
import { firstEvent } from '../../core/stream/borders.ts'

/** The first event repeats the request, but for its input. */
const longestBytes = 8 * 1024 * 1024
const eventEnd = /\r?\n\r?\n/

export class Beginning {
  #held = ''
  #isWhole = false
  /** Whether the answer was seen to its end. */
  hasEnded = false

  /** Sees what the caller is sent. */
  readonly take = (bytes: Buffer): void => {
    if (this.#isWhole) return
    this.#held += bytes.toString('latin1')
    this.#isWhole = eventEnd.test(this.#held) || this.#held.length > longestBytes
  }

  /** Undefined if the caller left before it was whole. */
  get event(): StreamEvent | undefined {
    return this.#isWhole ? firstEvent(Buffer.from(this.#held, 'latin1')) : undefined
  }
}
