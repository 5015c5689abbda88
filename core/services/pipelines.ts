/** The pipelines, as plugins call them. */

import type { JsonDocument } from '../document/document.ts'
import type { GatewayError } from '../errors.ts'
import type { Usage } from '../neutral/usage.ts'
import type { Caller } from '../pipeline/caller.ts'
import type { Exchange } from '../pipeline/exchange.ts'
import type { Rehearsal, ReviewedAnswer } from '../pipeline/rehearse.ts'

/** A request that the gateway makes to itself. */
export interface InnerCall {
  readonly method: string
  /** As a caller would send it, for example `/v1/chat/completions`. */
  readonly path: string
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer
  /** In whose name; no credential is asked for. */
  readonly caller: Caller
  readonly userPath: string
  readonly labels?: readonly string[]
  readonly session?: string
  /** Of a plugin's own calls, or of a cache's: policy does not look at them, and their usage is recorded as such. Such a call asks for a whole answer, not for a stream. A cache's counts under no rate limit, and may go to any model. */
  readonly origin?: Exchange['origin']
  /** The guardrails of the configuration's list, and of workflows, do not look at it. */
  readonly isExempt?: boolean
  /** Ends the call when aborted. */
  readonly signal?: AbortSignal
}

export interface InnerAnswer {
  readonly requestId: string
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** Why the gateway refused it, or could not answer it. */
  readonly error?: GatewayError | undefined
}

/** A route of the gateway. */
export interface RouteFacts {
  /** Upper case; `ALL` is any method. */
  readonly method: string
  /** With `:name` and `*name` for what varies. */
  readonly path: string
  readonly pipeline: string
  readonly operation: string
  readonly dialect: string | undefined
  readonly body: 'json' | 'bytes' | 'form' | 'none'
}

/** The gateway's own pipelines, without a socket: for batches, and for plugins that ask a model. */
export interface Pipelines {
  /** Of the configuration that serves; none before one does. */
  readonly routes: readonly RouteFacts[]
  /** All that runs at this moment, calls that plugins make included. A copy. */
  readonly exchanges: readonly Exchange[]
  /** Takes a request through the whole pipeline of its route. Never rejects for what a caller would see as an error answer. */
  call(request: InnerCall): Promise<InnerAnswer>
  /** What policy makes of a request, and where it would go. Nothing is sent or counted. */
  rehearse(request: InnerCall): Promise<Rehearsal | GatewayError>
  /** What policy makes of an answer that came another way for this request. */
  review(request: InnerCall, answer: Buffer): Promise<ReviewedAnswer>
  /** Whether guardrails look at the requests of a route, be it in some workflow only. @param path without parameters */
  guardsPrompts(method: string, path: string): boolean
  /** The tokens that an answer reports which came another way, as the dialect of a route says them. @param path without parameters */
  usageIn(method: string, path: string, answer: JsonDocument): Usage | undefined
}
