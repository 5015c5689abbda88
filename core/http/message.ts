/** A request that gives its body straight to who asks for it before it has come: a stream of Node's costs as much as all that the pipeline does. */

import { IncomingMessage } from 'node:http'
import type { Stoppable } from '../pipeline/stoppable.ts'

/** Who takes a body, piece by piece. */
export interface BodyTaker {
  data(chunk: Buffer): void
  end(): void
}

/** Node keeps it, whose stream never ends, until its connection brings another or closes: it must let go of what it came to. */
export class DirectMessage extends IncomingMessage {
  /** What runs for it, from when it began until its answer is out. */
  exchange: Stoppable | undefined
  #taker: BodyTaker | undefined
  #begun = false

  /** Gives the body to `taker`. @returns false if some of it is in the stream already */
  giveTo(taker: BodyTaker): boolean {
    if (this.#begun) return false
    this.#taker = taker
    // Node takes a message for unread, and reads it to its end, unless this was called.
    this._read(0)
    return true
  }

  /** What Node's parser calls with each piece, and at the end with null. */
  override push(chunk: Buffer | null, encoding?: BufferEncoding): boolean {
    this.#begun = true
    const taker = this.#taker
    if (taker === undefined) return super.push(chunk, encoding)
    if (chunk !== null) taker.data(chunk)
    else {
      this.#taker = undefined
      taker.end()
    }
    return true
  }
}
