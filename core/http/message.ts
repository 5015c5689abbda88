/** A request of Node's that gives its body straight to who asks for it before it has come: a stream of Node's costs as much as all that the pipeline does. */

import { IncomingMessage } from 'node:http'
import type { Stoppable } from '../pipeline/stoppable.ts'
import type { BodyTaker } from './body.ts'

/** Node keeps it, whose stream never ends, until its connection brings another or closes: it must let go of what it came to. */
export class DirectMessage extends IncomingMessage {
  /** What runs for it, from when it began until its answer is out. */
  exchange: Stoppable | undefined
  #taker: BodyTaker | undefined
  #begun = false

  /** Gives the body to `taker`, as it comes. @returns how to be told nothing more */
  giveTo(taker: BodyTaker): () => void {
    const left = () => taker.left()
    this.on('close', left)
    if (this.#begun) this.on('data', (chunk: Buffer) => taker.data(chunk)).on('end', () => taker.end())
    else {
      this.#taker = taker
      // Node takes a message for unread, and reads it to its end, unless this was called.
      this._read(0)
    }
    return () => this.off('close', left)
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
