/** Reads a request's body within its limits. */

import type { IncomingMessage } from 'node:http'
import { gatewayError } from '../errors.ts'
import type { Clock, Timer } from '../services/clock.ts'
import { decode, encodingIn, isKnownEncoding, knownEncodings } from '../content-encoding.ts'
import { DirectMessage, type BodyTaker } from './message.ts'
import { joinedBytes } from '../joined-bytes.ts'

export interface BodyLimits {
  readonly maxBytes: number
  /** For a body that is never held whole. */
  readonly maxUploadBytes: number
  /** For the whole body; of one that flows, for each wait. */
  readonly timeoutMs: number
  readonly clock: Clock
}

/** @throws GatewayError `body_too_large`, for a length that is declared */
export function checkDeclaredLength(request: IncomingMessage, maxBytes: number): void {
  const declared = request.headers['content-length']
  if (declared !== undefined && Number(declared) > maxBytes) throw tooLarge(maxBytes)
}

/**
 * Reads and, unless `raw`, decodes the body.
 * @throws GatewayError `body_too_large`, `body_timeout`, `unsupported_content_encoding`
 */
export function readBytes(request: IncomingMessage, limits: BodyLimits, raw: boolean): Promise<Buffer> {
  const encoding = encodingIn(request.headers['content-encoding'])
  return raw || encoding === 'identity' ? collect(request, limits) : readEncoded(request, limits, encoding)
}

async function readEncoded(request: IncomingMessage, limits: BodyLimits, encoding: string): Promise<Buffer> {
  if (!isKnownEncoding(encoding)) throw gatewayError('unsupported_content_encoding', `content encoding ${encoding} is not one of ${knownEncodings}`)
  return await undo(encoding, await collect(request, limits), limits.maxBytes)
}

function collect(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => new Collecting(request, limits, resolve, reject).start())
}

/** A body on its way in. */
class Collecting implements BodyTaker {
  readonly #request: IncomingMessage
  readonly #limits: BodyLimits
  readonly #resolve: (body: Buffer) => void
  readonly #reject: (cause: Error) => void
  readonly #chunks: Buffer[] = []
  #bytes = 0
  readonly #left = () => this.#fail(gatewayError('invalid_json', 'invalid request body: it ended early'))
  #isOver = false
  #timer: Timer | undefined

  constructor(request: IncomingMessage, limits: BodyLimits, resolve: (body: Buffer) => void, reject: (cause: Error) => void) {
    this.#request = request
    this.#limits = limits
    this.#resolve = resolve
    this.#reject = reject
  }

  start(): void {
    const { clock, timeoutMs } = this.#limits
    this.#timer = clock.after(timeoutMs, () => this.#fail(gatewayError('body_timeout', `the request body was not complete within ${timeoutMs / 1000} s`)))
    this.#request.on('close', this.#left)
    if (this.#request instanceof DirectMessage && this.#request.giveTo(this)) return
    this.#request.on('data', (chunk: Buffer) => this.data(chunk)).on('end', () => this.end())
  }

  data(chunk: Buffer): void {
    if (this.#isOver) return
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes > this.#limits.maxBytes) this.#fail(tooLarge(this.#limits.maxBytes))
  }

  end(): void {
    if (!this.#finish()) return
    this.#resolve(joinedBytes(this.#chunks))
  }

  #fail(cause: Error): void {
    if (this.#finish()) this.#reject(cause)
  }

  /** @returns false if it was over before */
  #finish(): boolean {
    if (this.#isOver) return false
    this.#isOver = true
    this.#timer?.cancel()
    this.#request.off('close', this.#left)
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
