/** A body that is held until it is whole, as its reply is not made of the same bytes. */

import { gatewayError, type GatewayError } from '../../errors.ts'
import { Chunks } from './chunks.ts'
import { brokenFailure, emptyFailure, faultFailure } from '../failure.ts'
import { asFault } from './netted.ts'
import type { BodyReader, Reading } from './reading.ts'
import type { Reply } from '../reply.ts'

/** What is held of a body: speech in hexadecimal digits takes twice its size. */
const heldLimit = 64 * 1024 * 1024

export class HeldBody implements BodyReader {
  readonly flows = false
  readonly #reading: Reading
  readonly #why: string
  readonly #read: (body: Buffer) => Reply
  readonly #held = new Chunks()

  /** @param why it is held, for the error of one that is too large: `which …` @param read makes the reply; may throw */
  constructor(reading: Reading, why: string, read: (body: Buffer) => Reply) {
    this.#reading = reading
    this.#why = why
    this.#read = read
  }

  data(chunk: Buffer): void {
    this.#held.add(chunk)
    if (this.#held.bytes <= heldLimit) return
    const provider = this.#provider()
    this.#reading.call.abort()
    this.#reading.settle({
      kind: 'empty',
      error: gatewayError('response_too_large', `${provider} sent more than ${heldLimit} bytes, ${this.#why}`, { provider }),
      text: '',
    })
  }

  end(): void {
    const { settle } = this.#reading
    if (this.#held.bytes === 0) return settle(emptyFailure(this.#provider(), 'empty response'))
    try {
      settle(this.#read(this.#held.join()))
    } catch (cause) {
      settle(faultFailure(asFault(cause, this.#reading), this.#reading.attempt.target.provider))
    }
  }

  broken(error: GatewayError): void {
    this.#reading.settle(brokenFailure(error))
  }

  #provider(): string {
    return this.#reading.attempt.target.provider.name
  }
}
