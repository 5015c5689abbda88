/** A request's body as it comes: decoded, within its limits, at the pace of whoever takes it. */

import type { IncomingMessage } from 'node:http'
import type { Transform } from 'node:stream'
import { decodingStream, encodingIn, knownEncodings } from '../content-encoding.ts'
import { gatewayError, type GatewayError } from '../errors.ts'
import type { Upload, UploadTaker } from '../form/upload.ts'
import type { Timer } from '../services/clock.ts'
import type { BodyLimits } from './body.ts'

export class RequestUpload implements Upload {
  readonly length: number | undefined
  readonly #request: IncomingMessage
  readonly #decoder: Transform | undefined
  readonly #limits: BodyLimits
  #taker: UploadTaker | undefined
  #bytes = 0
  #isPaused = false
  #lastByteAt = 0
  #timer: Timer | undefined

  /** @throws GatewayError `unsupported_content_encoding` */
  constructor(request: IncomingMessage, limits: BodyLimits) {
    const encoding = encodingIn(request.headers['content-encoding'])
    this.#request = request
    this.#limits = limits
    this.#decoder = decodingStream(encoding)
    if (encoding !== 'identity' && this.#decoder === undefined)
      throw gatewayError('unsupported_content_encoding', `content encoding ${encoding} is not one of ${knownEncodings}`)
    const declared = request.headers['content-length']
    this.length = declared === undefined || this.#decoder !== undefined ? undefined : Number(declared)
  }

  start(taker: UploadTaker): void {
    this.#taker = taker
    const request = this.#request
    const source = this.#decoder ?? request
    source.on('data', (chunk: Buffer) => this.#data(chunk)).on('end', () => this.#settle(() => taker.end()))
    request.on('close', () => {
      if (!request.complete) this.#fail(gatewayError('invalid_json', 'invalid request body: it ended early'))
    })
    if (this.#decoder !== undefined) {
      this.#decoder.on('error', cause => this.#fail(gatewayError('invalid_json', 'invalid request body: it is not what its content encoding says', { cause })))
      request.pipe(this.#decoder)
    }
    this.#watch()
  }

  pause(): void {
    this.#isPaused = true
    this.#source().pause()
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#lastByteAt = this.#limits.clock.elapsed()
    this.#source().resume()
  }

  discard(): void {
    this.#settle(() => {})
    if (this.#decoder !== undefined) this.#request.unpipe(this.#decoder)
    this.#decoder?.destroy()
    this.#request.resume()
  }

  #source(): IncomingMessage | Transform {
    return this.#decoder ?? this.#request
  }

  #data(chunk: Buffer): void {
    this.#lastByteAt = this.#limits.clock.elapsed()
    this.#bytes += chunk.length
    const { maxUploadBytes } = this.#limits
    if (this.#bytes > maxUploadBytes) return this.#fail(gatewayError('body_too_large', `the request body is larger than ${maxUploadBytes} bytes`))
    this.#taker?.data(chunk)
  }

  #fail(error: GatewayError): void {
    const taker = this.#taker
    this.discard()
    taker?.failed(error)
  }

  /** Nothing is reported any more. */
  #settle(last: () => void): void {
    this.#timer?.cancel()
    if (this.#taker === undefined) return
    this.#taker = undefined
    last()
  }

  /** An upload may take as long as it likes, but not fall silent while somebody waits for it. */
  #watch(): void {
    const { clock, timeoutMs } = this.#limits
    this.#lastByteAt = clock.elapsed()
    const look = () => {
      const quietMs = clock.elapsed() - this.#lastByteAt
      if (this.#isPaused || quietMs < timeoutMs) this.#timer = clock.after(this.#isPaused ? timeoutMs : timeoutMs - quietMs, look)
      else this.#fail(gatewayError('body_timeout', `nothing came of the request body for ${timeoutMs / 1000} s`))
    }
    this.#timer = clock.after(timeoutMs, look)
  }
}
