/** A plain request and its body. */

import type { Upload } from '../../form/upload.ts'
import { joinedBytes } from '../../joined-bytes.ts'
import type { Sink } from '../../pipeline/delivery/sink.ts'
import type { Stoppable } from '../../pipeline/stoppable.ts'
import type { Clock } from '../../services/clock.ts'
import type { Arrival } from '../arrival.ts'
import type { BodyTaker } from '../body.ts'
import { ResponseSink } from '../response-sink.ts'
import { PlainAnswer, type AnswerWay } from './plain-answer.ts'
import type { PlainHead } from './plain-head.ts'

/** The connection that it came on. */
export interface PlainOrigin extends AnswerWay {
  readonly remoteAddress: string
  /** Somebody takes the rest of the body. */
  wanted(): void
}

const nothing = Buffer.alloc(0)

export class PlainArrival implements Arrival {
  readonly method: string
  readonly url: string
  readonly headers: PlainHead['headers']
  readonly rawHeaders: PlainHead['rawHeaders']
  readonly remoteAddress: string
  readonly answer: PlainAnswer
  exchange: Stoppable | undefined
  readonly #origin: PlainOrigin
  /** Of the body, what nobody has taken yet. */
  #pieces: Buffer[] = []
  /** Bytes of the body that are still to come. */
  #left: number
  #taker: BodyTaker | undefined
  #whenOver: ((isAnswered: boolean) => void) | undefined

  /** @param url below the base path */
  constructor(origin: PlainOrigin, { method, headers, rawHeaders, bodyBytes }: PlainHead, url: string) {
    this.method = method
    this.url = url
    this.headers = headers
    this.rawHeaders = rawHeaders
    this.remoteAddress = origin.remoteAddress
    this.answer = new PlainAnswer(origin)
    this.#origin = origin
    this.#left = bodyBytes
  }

  /** Whether the body has come to its end. */
  get isComplete(): boolean {
    return this.#left === 0
  }

  /** Whether more of the body would have to be kept. */
  get isWaiting(): boolean {
    return this.#left > 0 && this.#taker === undefined
  }

  get whole(): Buffer | undefined {
    return this.isComplete && this.#taker === undefined ? joinedBytes(this.#pieces) : undefined
  }

  giveTo(taker: BodyTaker): () => void {
    const pieces = this.#pieces
    this.#pieces = []
    this.#taker = taker
    for (const piece of pieces) taker.data(piece)
    this.#origin.wanted()
    return () => {}
  }

  upload(): Upload {
    throw new TypeError('the body of a plain request does not flow')
  }

  sink(_clock: Clock, stallMs: number): Sink {
    return new ResponseSink(this.answer, stallMs)
  }

  whenOver(callback: (isAnswered: boolean) => void): void {
    this.#whenOver = callback
  }

  /** Takes what belongs to the body. @returns what comes behind it */
  take(bytes: Buffer): Buffer {
    const piece = bytes.length > this.#left ? bytes.subarray(0, this.#left) : bytes
    if (piece.length > 0) {
      this.#left -= piece.length
      if (this.#taker === undefined) this.#pieces.push(piece)
      else this.#taker.data(piece)
      if (this.isComplete) this.#taker?.end()
    }
    return piece.length === bytes.length ? nothing : bytes.subarray(piece.length)
  }

  /** The answer is out, or the caller gone. */
  over(isAnswered: boolean): void {
    const whenOver = this.#whenOver
    this.#whenOver = undefined
    whenOver?.(isAnswered)
    if (!this.isComplete) this.#taker?.left()
  }
}
