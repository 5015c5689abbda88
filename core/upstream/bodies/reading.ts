/** How the body of a reply is read, and what an attempt can come to. */

import type { GatewayError } from '../../errors.ts'
import type { Attempt, Failure } from '../../pipeline/attempt.ts'
import type { Exchange } from '../../pipeline/exchange.ts'
import type { Reply } from '../reply.ts'
import type { Call, ReplyHeaders } from '../transport/transport.ts'

/** What an attempt came to; `undefined` if the caller left. */
export type Outcome = Reply | Failure | undefined

/** Reads the body of a reply and settles the attempt when its outcome is certain. */
export interface BodyReader {
  /** The reply is established before it is whole, and may take as long as it likes. */
  readonly flows: boolean
  data(chunk: Buffer): void
  end(): void
  /** The connection broke after the head of the answer, or what came cannot be decoded. */
  broken(error: GatewayError): void
}

/** What a body reader works with. */
export interface Reading {
  readonly exchange: Exchange
  readonly attempt: Attempt
  readonly status: number
  readonly headers: ReplyHeaders
  readonly call: Call
  /** Says what the attempt came to; only the first time counts. */
  settle(outcome: Outcome): void
  /** Says that the answer is complete, whatever still comes: nobody waits for the end of the call any more. */
  concluded(): void
}
