/** Requests that the gateway makes to itself, through the pipelines of the configuration that is running. */

import { randomUUID } from 'node:crypto'
import type { JsonDocument } from '../document/document.ts'
import { errorEnvelope, GatewayError, gatewayError } from '../errors.ts'
import type { Usage } from '../neutral/usage.ts'
import { Exchange } from '../pipeline/exchange.ts'
import type { IncomingRequest } from '../pipeline/incoming-request.ts'
import { ClientGone } from '../pipeline/stoppable.ts'
import { finish } from '../pipeline/complete.ts'
import { MemorySink } from '../pipeline/delivery/memory-sink.ts'
import type { Plan } from '../pipeline/plan/plan.ts'
import { rehearse, reviewAnswer, type Rehearsal } from '../pipeline/rehearse.ts'
import { run } from '../pipeline/run.ts'
import type { InnerAnswer, InnerCall, Pipelines, RouteFacts } from '../services/pipelines.ts'
import { timeOrderedId } from '../time-ordered-id.ts'

/** The configuration that serves. */
export interface Running {
  readonly routes: readonly RouteFacts[]
  /** The plan of a route without parameters. */
  planOf(method: string, path: string): Plan | undefined
  /** Whether guardrails look at the requests of a route without parameters, be it in some workflow only. */
  guardsPrompts(method: string, path: string): boolean
  /** What runs on it, in the order in which it came. */
  readonly exchanges: readonly Exchange[]
  enter(exchange: Exchange): () => void
}

const notRunning = gatewayError('not_ready', 'the gateway does not serve yet', { retryAfterMs: 1000 })

export class InnerCalls implements Pipelines {
  /** Set when a configuration begins to serve. */
  running: Running | undefined
  /** Configurations that finish what they began. */
  finishing: ReadonlyMap<Running, unknown> = new Map()

  get exchanges(): readonly Exchange[] {
    return [...this.finishing.keys(), ...(this.running === undefined ? [] : [this.running])].flatMap(({ exchanges }) => exchanges)
  }

  get routes(): readonly RouteFacts[] {
    return this.running?.routes ?? []
  }

  async call(request: InnerCall): Promise<InnerAnswer> {
    const exchange = this.#exchange(request)
    if (exchange instanceof GatewayError) return { requestId: randomUUID(), status: exchange.status, headers: {}, body: errorEnvelope(exchange) }
    const leave = this.running?.enter(exchange) ?? (() => {})
    const gone = () => exchange.stop(new ClientGone())
    if (request.signal?.aborted === true) gone()
    request.signal?.addEventListener('abort', gone)
    const sink = new MemorySink()
    try {
      await run(exchange, sink)
    } finally {
      request.signal?.removeEventListener('abort', gone)
      finish(exchange)
      leave()
    }
    return answerOf(exchange, sink)
  }

  async rehearse(request: InnerCall): Promise<Rehearsal | GatewayError> {
    const exchange = this.#exchange(request)
    return exchange instanceof GatewayError ? exchange : await rehearse(exchange)
  }

  async review(request: InnerCall, answer: Buffer): ReturnType<Pipelines['review']> {
    const exchange = this.#exchange(request)
    return exchange instanceof GatewayError ? { body: exchange, usage: undefined, labels: [] } : await reviewAnswer(exchange, answer)
  }

  guardsPrompts(method: string, path: string): boolean {
    return this.running?.guardsPrompts(method, path) === true
  }

  usageIn(method: string, path: string, answer: JsonDocument): Usage | undefined {
    return this.running?.planOf(method, path)?.dialect?.usage(answer)
  }

  #exchange(request: InnerCall): Exchange | GatewayError {
    const plan = this.running?.planOf(request.method, request.path)
    if (plan !== undefined) return exchangeFor(timeOrderedId(plan.clock.now()), request, plan)
    return this.running === undefined ? notRunning : gatewayError('unknown_url', `nothing is served at ${request.path}`)
  }
}

export function exchangeFor(
  id: string,
  { method, path, headers = {}, body = Buffer.alloc(0), caller, userPath, labels, session, origin = 'client', isExempt = false }: InnerCall,
  plan: Plan,
): Exchange {
  const incoming: IncomingRequest = {
    method,
    path,
    query: '',
    params: {},
    headers,
    rawHeaders: Object.entries(headers).flat(),
    remoteAddress: '',
    body: () => Promise.resolve(body),
  }
  const exchange = new Exchange(id, incoming, plan)
  exchange.caller = { ...caller, userPath: caller.userPath ?? userPath }
  exchange.userPath = userPath
  exchange.origin = origin
  exchange.isExempt = isExempt
  // What policy did not look at is no answer to those at whom it looks.
  if (isExempt || origin !== 'client') exchange.variesBy = ['unguarded']
  if (labels !== undefined) exchange.labels = labels
  if (session !== undefined) exchange.readSessionFrom(() => session)
  return exchange
}

/** A reply that was broken off is no reply. */
function answerOf(exchange: Exchange, { broken, status, headers, body }: MemorySink): InnerAnswer {
  if (!broken && status > 0) return { requestId: exchange.id, status, headers, body, error: exchange.error }
  const error = exchange.error ?? gatewayError('internal_error', 'the call was broken off')
  return { requestId: exchange.id, status: error.status, headers: {}, body: errorEnvelope(error) }
}
