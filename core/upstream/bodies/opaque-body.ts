/** A plain reply that is no document, audio for example: its bytes go by as they come, under the provider's type. */

import type { GatewayError } from '../../errors.ts'
import { brokenFailure, emptyFailure } from '../failure.ts'
import type { BodyReader, Reading } from './reading.ts'
import { Reply } from '../reply.ts'
import { RunningStream } from './running-stream.ts'

/** Established with its first byte: an answer without one is none. */
export class OpaqueBody implements BodyReader {
  readonly flows = true
  readonly #reading: Reading
  readonly #stream: RunningStream
  #established = false

  constructor(reading: Reading) {
    this.#reading = reading
    this.#stream = new RunningStream(reading.call)
  }

  data(chunk: Buffer): void {
    if (!this.#established) this.#establish()
    this.#stream.put(chunk)
  }

  end(): void {
    if (this.#established) this.#stream.finish()
    else this.#reading.settle(emptyFailure(this.#reading.attempt.target.provider.name, 'empty response'))
  }

  broken(error: GatewayError): void {
    if (this.#established) this.#stream.finish(error)
    else this.#reading.settle(brokenFailure(error))
  }

  #establish(): void {
    const { status, headers, attempt, settle } = this.#reading
    this.#established = true
    const own = ['Content-Type', String(headers['content-type'] ?? 'application/octet-stream')]
    const length = headers['content-length']
    if (typeof length === 'string') own.push('Content-Length', length)
    settle(new Reply({ status, headers: own, stream: this.#stream, framing: 'bytes', target: attempt.target }))
  }
}
