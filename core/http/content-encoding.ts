/** Undoes the encodings of bodies. */

import { promisify } from 'node:util'
import { brotliDecompress, brotliDecompressSync, gunzip, gunzipSync, inflate, inflateSync, zstdDecompress, zstdDecompressSync } from 'node:zlib'

type Limit = { readonly maxOutputLength: number }

interface Decoder {
  readonly decode: (bytes: Buffer, limit: Limit) => Promise<Buffer>
  readonly decodeSync: (bytes: Buffer, limit: Limit) => Buffer
}

const gzip: Decoder = { decode: promisify(gunzip), decodeSync: gunzipSync }

const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', gzip],
  ['x-gzip', gzip],
  ['deflate', { decode: promisify(inflate), decodeSync: inflateSync }],
  ['br', { decode: promisify(brotliDecompress), decodeSync: brotliDecompressSync }],
  ['zstd', { decode: promisify(zstdDecompress), decodeSync: zstdDecompressSync }],
])

export const knownEncodings = 'gzip, deflate, br, zstd'

/** The encoding that a header names, in lower case; `identity` where it is absent. */
export function encodingIn(header: string | undefined): string {
  return header?.trim().toLowerCase() ?? 'identity'
}

export function isKnownEncoding(encoding: string): boolean {
  return decoders.has(encoding)
}

/** @param encoding a known one @throws an error of code `ERR_BUFFER_TOO_LARGE` for more than `maxBytes`, another for what is not encoded so */
export async function decode(encoding: string, bytes: Buffer, maxBytes: number): Promise<Buffer> {
  return await decoderOf(encoding).decode(bytes, { maxOutputLength: maxBytes })
}

/** The same, at once: for bytes that nobody waits for. */
export function decodeSync(encoding: string, bytes: Buffer, maxBytes: number): Buffer {
  return decoderOf(encoding).decodeSync(bytes, { maxOutputLength: maxBytes })
}

function decoderOf(encoding: string): Decoder {
  const decoder = decoders.get(encoding)
  if (decoder === undefined) throw new TypeError(`${encoding} is not one of ${knownEncodings}`)
  return decoder
}
