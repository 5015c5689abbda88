/** Content encodings of requests and replies, and how to undo them: whole bodies, and bodies that flow. */

import type { Transform } from 'node:stream'
import { promisify } from 'node:util'
import {
  brotliDecompress,
  brotliDecompressSync,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
  gunzip,
  gunzipSync,
  inflate,
  inflateSync,
  zstdDecompress,
  zstdDecompressSync,
} from 'node:zlib'

type Limit = { readonly maxOutputLength: number }

interface Decoder {
  readonly decode: (bytes: Buffer, limit: Limit) => Promise<Buffer>
  readonly decodeSync: (bytes: Buffer, limit: Limit) => Buffer
  readonly stream: () => Transform
}

const gzip: Decoder = { decode: promisify(gunzip), decodeSync: gunzipSync, stream: createGunzip }

const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', gzip],
  ['x-gzip', gzip],
  ['deflate', { decode: promisify(inflate), decodeSync: inflateSync, stream: createInflate }],
  ['br', { decode: promisify(brotliDecompress), decodeSync: brotliDecompressSync, stream: createBrotliDecompress }],
  ['zstd', { decode: promisify(zstdDecompress), decodeSync: zstdDecompressSync, stream: createZstdDecompress }],
])

/** As messages list them. */
export const knownEncodings = 'gzip, deflate, br, zstd'

/** The encoding that a header names, in lower case; `identity` where it is absent. */
export function encodingIn(header: string | string[] | undefined): string {
  return String(header ?? 'identity')
    .trim()
    .toLowerCase()
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

/** What decodes as the bytes flow; undefined for an encoding that is not known. */
export function decodingStream(encoding: string): Transform | undefined {
  return decoders.get(encoding)?.stream()
}

function decoderOf(encoding: string): Decoder {
  const decoder = decoders.get(encoding)
  if (decoder === undefined) throw new TypeError(`${encoding} is not one of ${knownEncodings}`)
  return decoder
}
