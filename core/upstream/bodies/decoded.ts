/** Undoes the content encoding of a reply before it is read. Providers are asked for none; some send one all the same. */

import type { Transform } from 'node:stream'
import { decodingStream, encodingIn } from '../../content-encoding.ts'
import { gatewayError, type GatewayError } from '../../errors.ts'
import { netted, unread } from './netted.ts'
import type { BodyReader, Reading } from './reading.ts'
import type { Call } from '../transport/transport.ts'

/** Makes the reader; where something is encoded, one that reads what it decodes to, and headers that say nothing of it. */
export function decoded(reading: Reading, Reader: new (reading: Reading) => BodyReader): BodyReader {
  const said = reading.headers['content-encoding']
  const encoding = said === undefined ? 'identity' : encodingIn(String(said))
  const decoder = decodingStream(encoding)
  if (decoder === undefined) return mayLeave(encoding, reading) ? netted(reading, Reader) : unread(reading, unreadable(reading))
  const { 'content-encoding': _encoding, 'content-length': _length, ...headers } = reading.headers
  const { call, attempt } = reading
  const { name: provider } = attempt.target.provider
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

/** What is passed through goes back as it came, though nobody here could read it; not where policy must see it. */
function mayLeave(encoding: string, { exchange: { forward, plan } }: Reading): boolean {
  return encoding === '' || encoding === 'identity' || forward === undefined || !plan.guardsReplies
}

function unreadable({ headers, attempt }: Reading): GatewayError {
  const { name: provider } = attempt.target.provider
  const encoding = String(headers['content-encoding'])
  return gatewayError('bad_upstream_response', `${provider} encoded its answer as ${encoding}, which policy cannot read`, { provider })
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
