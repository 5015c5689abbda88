/** A net beneath whoever reads a reply: what is thrown there fails the attempt, or breaks the stream, and is logged. */

import { GatewayError, gatewayError } from '../../errors.ts'
import { faultFailure } from '../failure.ts'
import type { BodyReader, Reading } from './reading.ts'

/** Reads nothing: the attempt is over. */
const nobody: BodyReader = { flows: false, data: () => {}, end: () => {}, broken: () => {} }

/** Makes the reader, from which nothing that is thrown reaches the socket. */
export function netted(reading: Reading, Reader: new (reading: Reading) => BodyReader): BodyReader {
  try {
    return new NettedBody(reading, new Reader(reading))
  } catch (cause) {
    return unread(reading, cause)
  }
}

/** Fails the attempt. @returns a reader that reads nothing of what still comes */
export function unread(reading: Reading, cause: unknown): BodyReader {
  failed(reading, cause)
  return nobody
}

class NettedBody implements BodyReader {
  readonly flows: boolean
  readonly #reading: Reading
  readonly #reader: BodyReader

  constructor(reading: Reading, reader: BodyReader) {
    this.#reading = reading
    this.#reader = reader
    this.flows = reader.flows
  }

  data(chunk: Buffer): void {
    try {
      this.#reader.data(chunk)
    } catch (cause) {
      this.#fell(cause)
    }
  }

  end(): void {
    try {
      this.#reader.end()
    } catch (cause) {
      this.#fell(cause)
    }
  }

  broken(error: GatewayError): void {
    try {
      this.#reader.broken(error)
    } catch (thrown) {
      this.#fell(thrown)
    }
  }

  /** Of an attempt that was settled before, the stream breaks. */
  #fell(cause: unknown): void {
    const error = failed(this.#reading, cause)
    try {
      this.#reader.broken(error)
    } catch (further) {
      asFault(further, this.#reading)
    }
  }
}

function failed(reading: Reading, cause: unknown): GatewayError {
  const error = asFault(cause, reading)
  reading.call.abort()
  reading.settle(faultFailure(error, reading.attempt.target.provider))
  return error
}

/** What went wrong as a provider's answer was read; logged, unless it says so itself. */
export function asFault(cause: unknown, { exchange, attempt }: Pick<Reading, 'exchange' | 'attempt'>): GatewayError {
  if (cause instanceof GatewayError) return cause
  const { name: provider } = attempt.target.provider
  exchange.log.warn({ provider, err: cause }, 'the answer of a provider cannot be read')
  return gatewayError('bad_upstream_response', `${provider}: the provider's answer cannot be read`, { provider, cause })
}
