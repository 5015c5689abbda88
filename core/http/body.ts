/** Reads a request's body within its limits. */

import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib'
import { gatewayError } from '../errors.ts'
import type { Clock } from '../plugin/services.ts'

export interface BodyLimits {
  readonly maxBytes: number
  /** For a body that is never held whole. */
  readonly maxUploadBytes: number
  /** For the whole body; of one that flows, for each wait. */
  readonly timeoutMs: number
  readonly clock: Clock
}

type Decode = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>

const decoders: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ['gzip', promisify(gunzip)], ['x-gzip', promisify(gunzip)], ['deflate', promisify(inflate)], ['br', promisify(brotliDecompress)], ['zstd', promisify(zstdDecompress)],
])

/** @throws GatewayError `body_too_large`, for a length that is declared */
export function checkDeclaredLength(request: IncomingMessage, maxBytes: number): void {
  const declared = request.headers['content-length']
  if (declared !== undefined && Number(declared) > maxBytes) throw tooLarge(maxBytes)
}

/**
 * Reads and, unless `raw`, decodes the body.
 * @throws GatewayError `body_too_large`, `body_timeout`, `unsupported_content_encoding`
 */
export async function readBytes(request: IncomingMessage, limits: BodyLimits, raw: boolean): Promise<Buffer> {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (raw || encoding === 'identity') return await collect(request, limits)
  const decode = decoders.get(encoding)
  if (decode === undefined) throw gatewayError('unsupported_content_encoding', `content encoding ${encoding} is not one of gzip, deflate, br, zstd`)
  return await undo(decode, await collect(request, limits), limits.maxBytes)
}

function collect(request: IncomingMessage, { maxBytes, timeoutMs, clock }: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const timer = clock.after(timeoutMs, () => stop(() => reject(gatewayError('body_timeout', `the request body was not complete within ${timeoutMs / 1000} s`))))
    const onData = (chunk: Buffer) => {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > maxBytes) stop(() => reject(tooLarge(maxBytes)))
    }
    const onEnd = () => stop(() => resolve(chunks.length === 1 ? chunks[0] as Buffer : Buffer.concat(chunks)))
    const onClose = () => stop(() => reject(gatewayError('invalid_json', 'invalid request body: it ended early')))
    const stop = (settle: () => void) => {
      timer.cancel()
      request.off('data', onData).off('end', onEnd).off('close', onClose)
      settle()
    }
    request.on('data', onData).on('end', onEnd).on('close', onClose)
  })
}

async function undo(decode: Decode, bytes: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await decode(bytes, { maxOutputLength: maxBytes })
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes)
    throw gatewayError('invalid_json', 'invalid request body: it is not what its content encoding says', { cause })
  }
}

function tooLarge(maxBytes: number): Error {
  return gatewayError('body_too_large', `the request body is larger than ${maxBytes} bytes`)
}
