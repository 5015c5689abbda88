/** A request that gives its body straight to who asks for it before it has come: a stream of Node's costs as much as all that the pipeline does. */

import { IncomingMessage } from 'node:http'

/** Who takes a body, piece by piece. */
export interface BodyTaker {
  data(chunk: Buffer): void
  end(): void
}

export class DirectMessage extends IncomingMessage {
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
    if (this.#taker === undefined) return super.push(chunk, encoding)
    if (chunk === null) this.#taker.end()
    else this.#taker.data(chunk)
    return true
  }
}
