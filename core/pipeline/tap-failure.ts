/** A tap that failed: it is noted of its exchange, and logged under the request's id. */

import { gatewayError, type GatewayError } from '../errors.ts'
import type { Exchange } from './exchange.ts'
import type { PhaseName } from './plan/step.ts'

export interface TapFailure {
  readonly instance: string
  readonly phase: PhaseName
  readonly mode: 'open' | 'closed'
  readonly cause: unknown
}

/** Phases that answer nothing: what failed there is lost, and nobody else says so. */
const listening: ReadonlySet<PhaseName> = new Set(['settled', 'complete', 'finished'])

export function noteFailure(exchange: Exchange, failure: TapFailure): void {
  const { instance, phase, mode, cause } = failure
  exchange.failures.push(failure)
  if (mode === 'closed' || listening.has(phase)) exchange.log.error({ instance, phase, err: cause }, 'a plugin failed')
  else exchange.log.warn({ instance, phase, err: cause }, 'a plugin failed; going on without it')
}

/** What the caller hears of one that must not fail: it names no plugin. @param what was not completed */
export function policyFailure(what: 'request' | 'answer', cause?: unknown): GatewayError {
  return gatewayError('plugin_failure', `A policy of this gateway failed; the ${what} was not completed`, cause === undefined ? {} : { cause })
}
