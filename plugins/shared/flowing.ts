/** Bytes that flow from a Readable to the caller, at the caller's pace. */

import type { Readable } from 'node:stream'
import { GatewayError, gatewayError } from '../../core/errors.ts'
import type { ReplyStream } from '../../core/upstream/reply.ts'

type Taker = Parameters<ReplyStream['start']>[0]

/** A reply's stream of what a Readable gives; it waits until the reply is taken. */
export function flowing(source: Readable): ReplyStream {
  return {
    start({ events, ended }: Taker) {
      source
        .on('data', (chunk: Buffer) => events(chunk))
        .on('end', () => ended())
        .on('error', cause => ended(asGatewayError(cause)))
    },
    pause: () => {
      source.pause()
    },
    resume: () => {
      source.resume()
    },
    abort: () => {
      source
        .removeAllListeners('data')
        .on('error', () => {})
        .destroy()
    },
  }
}

function asGatewayError(cause: Error): GatewayError {
  return cause instanceof GatewayError ? cause : gatewayError('stream_incomplete', 'the bytes broke off', { cause })
}
