/** Undoes the content encoding of a reply before it is read. Providers are asked for none; some send one all the same. */

import type { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { gatewayError } from '../../errors.ts'
import { netted } from './netted.ts'
import type { BodyReader, Reading } from './reading.ts'
import type { Call } from '../transport/transport.ts'

const decoders: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
  ['zstd', createZstdDecompress],
])

/** Makes the reader; where something is encoded, one that reads what it decodes to, and headers that say nothing of it. */
export function decoded(reading: Reading, Reader: new (reading: Reading) => BodyReader): BodyReader {
  const decoder = decoders.get(
    String(reading.headers['content-encoding'] ?? '')
      .trim()
      .toLowerCase(),
  )?.()
  if (decoder === undefined) return netted(reading, Reader)
  const { 'content-encoding': _encoding, 'content-length': _length, ...headers } = reading.headers
  const {
    call,
    attempt: {
      target: {
        provider: { name: provider },
      },
    },
  } = reading
  const reader = netted({ ...reading, headers, call: ending(call, decoder) }, Reader)
  decoder.on('data', (chunk: Buffer) => reader.data(chunk))
  decoder.on('end', () => reader.end())
  decoder.on('error', cause => {
    call.abort()
    reader.broken(gatewayError('bad_upstream_response', `${provider} sent a body that cannot be decoded`, { provider, cause }))
  })
  return {
    flows: reader.flows,
    data: chunk => {
      decoder.write(chunk)
    },
    end: () => {
      decoder.end()
    },
    broken: error => {
      decoder.destroy()
      reader.broken(error)
    },
  }
}

/** The call, with which the decoding ends, too. */
function ending(call: Call, decoder: Transform): Call {
  return {
    pause: () => call.pause(),
    resume: () => call.resume(),
    abort: () => {
      decoder.destroy()
      call.abort()
    },
  }
}
