/** Takes a request that has come through its pipeline. */

import { encodingIn } from '../content-encoding.ts'
import { gatewayError, type GatewayError } from '../errors.ts'
import { boundaryOf } from '../form/scanner.ts'
import { asRefusal } from '../pipeline/as-refusal.ts'
import { finish } from '../pipeline/complete.ts'
import { sendError } from '../pipeline/delivery/respond.ts'
import { Exchange } from '../pipeline/exchange.ts'
import type { Elsewhere, IncomingRequest } from '../pipeline/incoming-request.ts'
import type { Plan } from '../pipeline/plan/plan.ts'
import { run } from '../pipeline/run.ts'
import { ClientGone } from '../pipeline/stoppable.ts'
import { timeOrderedId } from '../time-ordered-id.ts'
import type { Arrival } from './arrival.ts'
import { checkDeclaredLength, readBytes, wholeBody, type BodyLimits } from './body.ts'
import type { ClientAddress } from './client-address.ts'

/** What is served, as the configuration that is running says it. */
export interface Serving {
  readonly basePath: string
  readonly bodyLimits: BodyLimits
  /** Undefined where no proxy is trusted. */
  readonly clientAddress: ClientAddress | undefined
  /** The plan for what no route serves. */
  readonly unknown: Plan
  /** An exchange begins on this configuration; the function ends it. */
  enter(exchange: Exchange): () => void
}

/** A plan, and what the route's pattern matched. */
export interface Routed {
  readonly plan: Plan
  readonly params: Readonly<Record<string, string>>
  readonly elsewhere?: Elsewhere | undefined
}

/** Takes a routed request through its pipeline. */
export function serve(serving: Serving, arrival: Arrival, routed: Routed): void {
  const { plan, elsewhere } = routed
  const { bodyLimits } = serving
  const flows = isNeverHeld(arrival, plan, bodyLimits)
  const exchange = exchangeFor(serving, arrival, routed, flows)
  arrival.exchange = exchange
  const leave = onSecondCall(serving.enter(exchange))
  const sink = arrival.sink(plan.clock, plan.limits.streamStallMs)
  arrival.whenOver(isAnswered => {
    arrival.exchange = undefined
    if (!isAnswered) exchange.stop(new ClientGone())
    finish(exchange)
    leave()
  })
  try {
    checkDeclaredLength(arrival, flows ? bodyLimits.maxUploadBytes : bodyLimits.maxBytes)
    if (asksForWebSocket(arrival) && isPlainHttp(serving, plan, elsewhere?.allow))
      throw gatewayError('upgrade_required', 'this route is served over plain HTTP, not over a WebSocket')
  } catch (cause) {
    sendError(exchange, sink, cause as GatewayError)
    return leave()
  }
  void run(exchange, sink).then(() => {
    exchange.form?.discard()
    exchange.passed?.discard()
    leave()
  })
}

/** Answers what cannot be routed. */
export function refuse(serving: Serving, arrival: Arrival, cause: unknown): void {
  const { unknown: plan } = serving
  const exchange = exchangeFor(serving, arrival, { plan, params: {} }, false)
  arrival.whenOver(() => finish(exchange))
  sendError(exchange, arrival.sink(plan.clock, plan.limits.streamStallMs), asRefusal(exchange, cause))
}

/** An exchange is over when its pipeline is, and its reply has left. */
function onSecondCall(leave: () => void): () => void {
  let isSecond = false
  return () => {
    if (isSecond) leave()
    isSecond = true
  }
}

/** Forms flow, whether the kernel reads them or a step does; of those that are passed on, the ones that may be too long to be held, and are not encoded. */
export function isNeverHeld({ headers }: Pick<Arrival, 'headers'>, { body }: Plan, { maxBytes }: BodyLimits): boolean {
  if (body === 'form') return true
  if (body === 'json' || boundaryOf(String(headers['content-type'] ?? '')) === undefined) return false
  if (body === 'none') return true
  const isLong = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > maxBytes
  return isLong && encodingIn(headers['content-encoding']) === 'identity'
}

function asksForWebSocket({ headers: { upgrade } }: Arrival): boolean {
  return upgrade !== undefined && String(upgrade).toLowerCase() === 'websocket'
}

/** Where nothing is, 404 says more; and bytes that are passed on are the provider's own affair. */
function isPlainHttp({ unknown }: Serving, plan: Plan, allow: string | undefined): boolean {
  return plan === unknown ? allow !== undefined : plan.body !== 'bytes'
}

function exchangeFor(serving: Serving, arrival: Arrival, { plan, params, elsewhere }: Routed, flows: boolean): Exchange {
  const { method, url, headers, rawHeaders, remoteAddress } = arrival
  const { bodyLimits, basePath } = serving
  const mark = url.indexOf('?')
  let read: Promise<Buffer> | undefined
  const incoming: IncomingRequest = {
    method,
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark),
    params,
    headers,
    rawHeaders,
    remoteAddress,
    clientAddress: serving.clientAddress?.(remoteAddress, headers),
    basePath,
    body: () => (read ??= readBytes(arrival, bodyLimits, plan.body === 'bytes')),
    whole: () => wholeBody(arrival, plan.body === 'bytes'),
    upload: () => arrival.upload(bodyLimits),
    flows,
    ...elsewhere,
  }
  return new Exchange(requestId(headers['x-request-id'], plan.clock.now()), incoming, plan)
}

/** The caller's own id if it can stand in a header and a log line, else a new one. */
function requestId(given: string | string[] | undefined, now: number): string {
  const id = typeof given === 'string' ? given.trim() : ''
  return id !== '' && id.length <= 128 && /^[\u0021-\u007e]+$/.test(id) ? id : timeOrderedId(now)
}
