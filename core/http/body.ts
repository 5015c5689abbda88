/** Reads a request's body within its limits. */

import { gatewayError } from '../errors.ts'
import type { GivenHeaders } from '../flat-headers.ts'
import type { Clock, Timer } from '../services/clock.ts'
import { decode, encodingIn, isKnownEncoding, knownEncodings } from '../content-encoding.ts'
import { joinedBytes } from '../joined-bytes.ts'

export interface BodyLimits {
  readonly maxBytes: number
  /** For a body that is never held whole. */
  readonly maxUploadBytes: number
  /** For the whole body; of one that flows, for each wait. */
  readonly timeoutMs: number
  readonly clock: Clock
}

/** Who takes a body, piece by piece. */
export interface BodyTaker {
  data(chunk: Buffer): void
  end(): void
  /** The caller left before its end. */
  left(): void
}

/** Where a body comes from. */
export interface BodySource extends Pick<GivenHeaders, 'headers'> {
  /** The body, where all of it is there. */
  readonly whole?: Buffer | undefined
  /** Gives the body to `taker`, as it comes. @returns how to be told nothing more */
  giveTo(taker: BodyTaker): () => void
}

/** @throws GatewayError `body_too_large`, for a length that is declared */
export function checkDeclaredLength({ headers }: Pick<GivenHeaders, 'headers'>, maxBytes: number): void {
  const declared = headers['content-length']
  if (declared !== undefined && Number(declared) > maxBytes) throw tooLarge(maxBytes)
}

/**
 * Reads and, unless `raw`, decodes the body.
 * @throws GatewayError `body_too_large`, `body_timeout`, `unsupported_content_encoding`
 */
export function readBytes(source: BodySource, limits: BodyLimits, raw: boolean): Promise<Buffer> {
  const encoding = encodingIn(source.headers['content-encoding'])
  return raw || encoding === 'identity' ? collect(source, limits) : readEncoded(source, limits, encoding)
}

/** What `readBytes` would read, where that is there already; its length was declared. */
export function wholeBody({ headers, whole }: BodySource, raw: boolean): Buffer | undefined {
  return raw || encodingIn(headers['content-encoding']) === 'identity' ? whole : undefined
}

async function readEncoded(source: BodySource, limits: BodyLimits, encoding: string): Promise<Buffer> {
  if (!isKnownEncoding(encoding)) throw gatewayError('unsupported_content_encoding', `content encoding ${encoding} is not one of ${knownEncodings}`)
  return await undo(encoding, await collect(source, limits), limits.maxBytes)
}

function collect(source: BodySource, limits: BodyLimits): Promise<Buffer> {
  if (source.whole !== undefined) return Promise.resolve(source.whole)
  return new Promise((resolve, reject) => new Collecting(limits, resolve, reject).start(source))
}

/** A body on its way in. */
class Collecting implements BodyTaker {
  readonly #limits: BodyLimits
  readonly #resolve: (body: Buffer) => void
  readonly #reject: (cause: Error) => void
  #chunks: Buffer[] = []
  #bytes = 0
  #isOver = false
  #timer: Timer | undefined
  #stay: (() => void) | undefined

  constructor(limits: BodyLimits, resolve: (body: Buffer) => void, reject: (cause: Error) => void) {
    this.#limits = limits
    this.#resolve = resolve
    this.#reject = reject
  }

  start(source: BodySource): void {
    const { clock, timeoutMs } = this.#limits
    this.#timer = clock.after(timeoutMs, () => this.#fail(gatewayError('body_timeout', `the request body was not complete within ${timeoutMs / 1000} s`)))
    this.#stay = source.giveTo(this)
  }

  data(chunk: Buffer): void {
    if (this.#isOver) return
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes > this.#limits.maxBytes) this.#fail(tooLarge(this.#limits.maxBytes))
  }

  end(): void {
    const chunks = this.#chunks
    if (this.#finish()) this.#resolve(joinedBytes(chunks))
  }

  left(): void {
    this.#fail(gatewayError('invalid_json', 'invalid request body: it ended early'))
  }

  #fail(cause: Error): void {
    if (this.#finish()) this.#reject(cause)
  }

  /** @returns false if it was over before */
  #finish(): boolean {
    if (this.#isOver) return false
    this.#isOver = true
    this.#chunks = []
    this.#timer?.cancel()
    this.#stay?.()
    return true
  }
}

async function undo(encoding: string, bytes: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await decode(encoding, bytes, maxBytes)
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes)
    throw gatewayError('invalid_json', 'invalid request body: it is not what its content encoding says', { cause })
  }
}

function tooLarge(maxBytes: number): Error {
  return gatewayError('body_too_large', `the request body is larger than ${maxBytes} bytes`)
}
