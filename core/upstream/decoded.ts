/** Undoes the content encoding of a reply before it is read. Providers are asked for none; some send one all the same. */

import type { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { gatewayError } from '../errors.ts'
import type { BodyReader, Reading } from './send.ts'

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, br: createBrotliDecompress, zstd: createZstdDecompress,
}

/** The reader itself where nothing is encoded. */
export function decoded({ headers, attempt }: Reading, reader: BodyReader): BodyReader {
  const decoder = decoders[String(headers['content-encoding'] ?? '').toLowerCase()]?.()
  if (decoder === undefined) return reader
  const provider = attempt.target.provider.name
  decoder.on('data', (chunk: Buffer) => reader.data(chunk))
  decoder.on('end', () => reader.end())
  decoder.on('error', cause => reader.broken(gatewayError('bad_upstream_response', `${provider} sent a body that cannot be decoded`, { provider, cause }), cause))
  return {
    data: chunk => { decoder.write(chunk) },
    end: () => { decoder.end() },
    broken: (error, cause) => { decoder.destroy(); reader.broken(error, cause) },
  }
}
