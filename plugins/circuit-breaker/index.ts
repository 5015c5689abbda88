/** Keeps calls back from a provider that fails again and again, and lets one through now and then to see. */

import { definePlugin, gatewayError, slot, type Attempt, type Exchange } from '../../core/index.ts'
import type { HeldSeries } from '../../core/services/meter.ts'
import { inMilliseconds } from '../../core/plugin/shown-options.ts'
import { Breaker, type Permit } from './breaker.ts'
import { Guard } from './guard.ts'
import { BreakerPolicy, optionsFor } from './policy.ts'
import { schema } from './schema.ts'
import { SharedGuards } from './shared-guards.ts'
import type { BreakerState } from './standing.ts'

/** For how long nobody asks whether another process still sends its probe. */
const probeElsewhereMs = 1_000

const gaugeValues: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 }

/** Leave to make a call, and by what its outcome is judged. */
interface Held {
  readonly permit: Permit
  readonly policy: BreakerPolicy
  /** Of a probe, where other processes might send one. */
  readonly release?: () => void
}

export default definePlugin({
  name: 'circuit-breaker',
  description: 'Keeps calls back from a provider that fails again and again.',
  schema,
  needs: ['providers', 'providerBoard'],
  wants: ['state', 'processes'],
  edits: false,
  setup({ options, services: { providers, clock, meter, providerBoard, state, processes }, log, regex }) {
    const policies = [...providers.values()]
      .map(provider => ({ provider, policy: new BreakerPolicy(optionsFor(provider, options), regex) }))
      .filter(({ policy }) => policy.isOn)
    if (policies.length === 0) return {}

    const isScoped = policies.some(({ policy }) => policy.isPerModel)
    const gauge = meter.gauge(
      'circuit_breaker_state',
      'State of the breaker: 0 closed, 1 half-open, 2 open.',
      isScoped ? ['provider', 'model'] : ['provider'],
      'max',
    )
    const shared = state?.isShared === true && state.notes !== undefined ? new SharedGuards({ state, notes: state.notes, processes, clock }) : undefined
    const shown: HeldSeries[] = []
    let isServing = false
    const makeBreaker = (policy: BreakerPolicy, provider: string, model: string): Breaker => {
      const series = isScoped ? gauge.hold(provider, model) : gauge.hold(provider)
      shown.push(series)
      if (isServing) series.record(gaugeValues.closed)
      return new Breaker(policy.rules, clock, {
        changed(state, isOwn) {
          series.record(gaugeValues[state])
          if (isOwn) log[state === 'open' ? 'warn' : 'info']({ provider, ...(model === '' ? {} : { model }) }, `the circuit breaker is ${state}`)
        },
        ...(shared === undefined ? {} : { news: news => shared.tell(provider, { model, news }) }),
      })
    }
    const guards = new Map(
      policies.map(({ provider, policy }) => [provider, new Guard(provider.name, policy, model => makeBreaker(policy, provider.name, model))]),
    )
    for (const guard of guards.values()) shared?.add(guard.provider, guard)
    const held = slot<Held | undefined>()
    const report = (exchange: Exchange, attempt: Attempt, { permit, policy, release }: Held) => {
      held.set(exchange, undefined)
      judge(policy, attempt, permit)
      release?.()
    }
    const refusal = ({ waitMs }: Breaker) =>
      gatewayError('circuit_open', 'circuit breaker is open - provider temporarily unavailable', { retryAfterMs: waitMs })
    /** Of several processes, one at a time may see whether the provider is well again. */
    const probe = async (exchange: Exchange, { target }: Attempt, breaker: Breaker, { permit, policy }: Held) => {
      held.set(exchange, undefined)
      const model = policy.isPerModel ? target.model : ''
      const release = await shared?.probe(target.provider.name, model, policy.rules.timeoutMs).catch(() => () => {}) // alone
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
      held.set(exchange, { permit, policy, release })
      return undefined
    }

    const withdraw = [
      providerBoard.breakers({
        stateOf: provider => guards.get(provider)?.state,
        reset: provider => {
          guards.get(provider)?.reset()
          shared?.tell(provider.name, 'reset')
        },
      }),
      providerBoard.rules('circuit_breaker', provider => inMilliseconds(schema, optionsFor(provider, options))),
    ]

    return {
      start() {
        isServing = true
        for (const series of shown) series.record(gaugeValues.closed)
        if (shared !== undefined) withdraw.push(shared.follow())
      },
      attempt(exchange, attempt) {
        const guard = guards.get(attempt.target.provider)
        if (guard === undefined) return held.set(exchange, undefined)
        const breaker = guard.breaker(attempt.target.model)
        const permit = breaker.enter()
        if (permit === undefined) {
          held.set(exchange, undefined)
          return refusal(breaker)
        }
        attempt.once ||= permit.isProbe
        const holding = { permit, policy: guard.policy }
        if (shared !== undefined && permit.isProbe) return probe(exchange, attempt, breaker, holding)
        held.set(exchange, holding)
        return undefined
      },
      /** A failure is final here only if it is a probe's, or trips the breaker; any other may yet be retried. */
      settled(exchange, attempt) {
        const holding = held.get(exchange)
        if (holding === undefined) return
        const tripMs = attempt.failure === undefined ? undefined : holding.policy.tripMs(attempt.failure)
        if (tripMs !== undefined) {
          attempt.once = true
          holding.permit.tripped(tripMs)
          holding.release?.()
        } else if (attempt.failure === undefined || holding.permit.isProbe) report(exchange, attempt, holding)
      },
      /** Reached only when nobody retries: the request is over for this target. */
      recover(exchange, attempt) {
        const holding = held.get(exchange)
        if (holding !== undefined) report(exchange, attempt, holding)
        return undefined
      },
      close() {
        for (const end of withdraw) end()
        for (const series of shown) series.release()
      },
    }
  },
})

/** Tells the breaker how the calls of one request to one target ended. */
function judge(policy: BreakerPolicy, { outcome, failure, startedAt, settledAt = startedAt }: Attempt, permit: Permit): void {
  if (outcome === 'established') return policy.isSlow(settledAt - startedAt) ? permit.failed() : permit.succeeded()
  const said = failure === undefined ? 'neutral' : policy.judge(failure)
  if (said === 'failure' || (said === 'throttled' && permit.isProbe)) permit.failed()
  else if (said === 'success') permit.succeeded()
  else permit.giveBack()
}
