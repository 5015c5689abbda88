/** Asks for leave before each attempt, and tells the breaker how the calls that had leave ended. */

import { gatewayError, slot, type Attempt, type Exchange, type GatewayError } from '../../core/index.ts'
import type { Breaker, Permit } from './breaker.ts'
import type { Guards } from './guards.ts'
import type { BreakerPolicy } from './policy.ts'
import type { SharedGuards } from './shared-guards.ts'

/** For how long nobody asks whether another process still sends its probe. */
const probeElsewhereMs = 1_000

/** Leave to make a call, and by what its outcome is judged. */
interface Held {
  readonly permit: Permit
  readonly policy: BreakerPolicy
  /** Of a probe, where other processes might send one. */
  readonly release?: () => void
}

export class Gatekeeper {
  readonly #guards: Guards
  readonly #shared: SharedGuards | undefined
  readonly #held = slot<Held | undefined>()

  /** @param shared asked before a probe is sent, where other processes might send one */
  constructor(guards: Guards, shared: SharedGuards | undefined) {
    this.#guards = guards
    this.#shared = shared
  }

  /** @returns a refusal, if the breaker gives no leave */
  enter(exchange: Exchange, attempt: Attempt): GatewayError | undefined | Promise<GatewayError | undefined> {
    // A step above this one may have said on `recover` what follows.
    if (attempt.retry === 0) this.reportLeft(exchange, exchange.attempts.at(-2))
    const guard = this.#guards.of(attempt.target.provider)
    if (guard === undefined) {
      this.#held.set(exchange, undefined)
      return undefined
    }
    const breaker = guard.breaker(attempt.target.model)
    const permit = breaker.enter()
    if (permit === undefined) {
      this.#held.set(exchange, undefined)
      return refusal(breaker)
    }
    attempt.once ||= permit.isProbe
    const held = { permit, policy: guard.policy }
    if (this.#shared !== undefined && permit.isProbe) return this.#probe(exchange, attempt, breaker, held, this.#shared)
    this.#held.set(exchange, held)
    return undefined
  }

  /** A failure is final here only if it is a probe's, or trips the breaker; any other may yet be retried. */
  settled(exchange: Exchange, attempt: Attempt): void {
    const held = this.#held.get(exchange)
    if (held === undefined) return
    const tripMs = attempt.failure === undefined ? undefined : held.policy.tripMs(attempt.failure)
    if (tripMs !== undefined) {
      attempt.once = true
      held.permit.tripped(tripMs)
      held.release?.()
    } else if (attempt.failure === undefined || held.permit.isProbe) this.#report(exchange, attempt, held)
  }

  /** Reports what is not reported yet: the request is over for the target of this attempt. */
  reportLeft(exchange: Exchange, attempt: Attempt | undefined): undefined {
    const held = this.#held.get(exchange)
    if (held !== undefined && attempt !== undefined) this.#report(exchange, attempt, held)
  }

  #report(exchange: Exchange, attempt: Attempt, { permit, policy, release }: Held): void {
    this.#held.set(exchange, undefined)
    judge(policy, attempt, permit)
    release?.()
  }

  /** Of several processes, one at a time may see whether the provider is well again. */
  async #probe(exchange: Exchange, { target }: Attempt, breaker: Breaker, { permit, policy }: Held, shared: SharedGuards): Promise<GatewayError | undefined> {
    this.#held.set(exchange, undefined)
    const model = policy.isPerModel ? target.model : ''
    const release = await shared.probe(target.provider.name, model, policy.rules.timeoutMs).catch(() => () => {}) // alone
    if (release === undefined) {
      breaker.leaveProbe(permit, probeElsewhereMs)
      return refusal(breaker)
    }
    if (exchange.completed) {
      permit.giveBack()
      release()
      return refusal(breaker)
    }
    breaker.probing()
    this.#held.set(exchange, { permit, policy, release })
    return undefined
  }
}

function refusal({ waitMs }: Breaker): GatewayError {
  return gatewayError('circuit_open', 'circuit breaker is open - provider temporarily unavailable', { retryAfterMs: waitMs })
}

/** Tells the breaker how the calls of one request to one target ended. */
function judge(policy: BreakerPolicy, { outcome, failure, startedAt, settledAt = startedAt }: Attempt, permit: Permit): void {
  if (outcome === 'established') return policy.isSlow(settledAt - startedAt) ? permit.failed() : permit.succeeded()
  const said = failure === undefined ? 'neutral' : policy.judge(failure)
  if (said === 'failure' || (said === 'throttled' && permit.isProbe)) permit.failed()
  else if (said === 'success') permit.succeeded()
  else permit.giveBack()
}
