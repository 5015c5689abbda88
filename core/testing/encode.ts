/** Content codings, applied so that each piece can be decoded as soon as it has come. */

import type { Transform } from 'node:stream'
import { finished } from 'node:stream/promises'
import { createBrotliCompress, createDeflate, createGzip, createZstdCompress } from 'node:zlib'

type Compressor = Transform & { flush(done: () => void): void }

const compressors = {
  br: () => createBrotliCompress(),
  deflate: () => createDeflate(),
  gzip: () => createGzip(),
  zstd: () => createZstdCompress(),
} as const satisfies Record<string, () => Compressor>

export type Encoding = keyof typeof compressors

/** Compresses piece by piece: one out for every one in, flushed, and at last the end of the coding. */
export async function* encode(pieces: Iterable<Buffer>, encoding: Encoding): AsyncGenerator<Buffer> {
  const compressor: Compressor = compressors[encoding]()
  let compressed: Buffer[] = []
  compressor.on('data', chunk => compressed.push(chunk))
  for (const piece of pieces) {
    compressor.write(piece)
    await new Promise<void>(resolve => compressor.flush(resolve))
    yield Buffer.concat(compressed)
    compressed = []
  }
  compressor.end()
  await finished(compressor)
  yield Buffer.concat(compressed)
}
