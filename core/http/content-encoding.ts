/** Undoes the encodings of bodies. */

import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib'

type Decode = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>

const decoders: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ['gzip', promisify(gunzip)], ['x-gzip', promisify(gunzip)], ['deflate', promisify(inflate)], ['br', promisify(brotliDecompress)], ['zstd', promisify(zstdDecompress)],
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
  const undo = decoders.get(encoding)
  if (undo === undefined) throw new TypeError(`${encoding} is not one of ${knownEncodings}`)
  return await undo(bytes, { maxOutputLength: maxBytes })
}
