/** Keeps calls back from a provider that fails again and again, and lets one through now and then to see. */

import { definePlugin, gatewayError, slot, type Attempt, type Exchange } from '../../core/index.ts'
import { inMilliseconds } from '../../core/plugin/shown-options.ts'
import { Breaker, type BreakerState, type Permit } from './breaker.ts'
import { Guard } from './guard.ts'
import { BreakerPolicy, optionsFor } from './policy.ts'
import { schema } from './schema.ts'

const gaugeValues: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 }

/** Leave to make a call, and by what its outcome is judged. */
interface Held {
  readonly permit: Permit
  readonly policy: BreakerPolicy
}

export default definePlugin({
  name: 'circuit-breaker',
  description: 'Keeps calls back from a provider that fails again and again.',
  schema,
  needs: ['providers', 'providerBoard'],
  edits: false,
  setup({ options, services: { providers, clock, meter, providerBoard }, log, regex }) {
    const policies = [...providers.values()].map(provider => ({ provider, policy: new BreakerPolicy(optionsFor(provider, options), regex) })).filter(({ policy }) => policy.isOn)
    if (policies.length === 0) return {}

    const isScoped = policies.some(({ policy }) => policy.isPerModel)
    const gauge = meter.gauge('circuit_breaker_state', 'State of the breaker: 0 closed, 1 half-open, 2 open.', isScoped ? ['provider', 'model'] : ['provider'])
    const makeBreaker = (policy: BreakerPolicy, provider: string, model: string): Breaker => {
      const labels = isScoped ? [provider, model] : [provider]
      gauge(gaugeValues.closed, ...labels)
      return new Breaker(policy.rules, clock, state => {
        gauge(gaugeValues[state], ...labels)
        log[state === 'open' ? 'warn' : 'info']({ provider, ...(model === '' ? {} : { model }) }, `the circuit breaker is ${state}`)
      })
    }
    const guards = new Map(policies.map(({ provider, policy }) => [provider, new Guard(policy, model => makeBreaker(policy, provider.name, model))]))
    const held = slot<Held | undefined>()
    const report = (exchange: Exchange, attempt: Attempt, { permit, policy }: Held) => {
      held.set(exchange, undefined)
      judge(policy, attempt, permit)
    }

    const withdraw = [
      providerBoard.breakers({ stateOf: provider => guards.get(provider)?.state, reset: provider => guards.get(provider)?.reset() }),
      providerBoard.rules('circuit_breaker', provider => inMilliseconds(schema, optionsFor(provider, options))),
    ]

    return {
      attempt(exchange, attempt) {
        const guard = guards.get(attempt.target.provider)
        if (guard === undefined) return held.set(exchange, undefined)
        const breaker = guard.breaker(attempt.target.model)
        const permit = breaker.enter()
        held.set(exchange, permit === undefined ? undefined : { permit, policy: guard.policy })
        if (permit === undefined) return gatewayError('circuit_open', 'circuit breaker is open - provider temporarily unavailable', { retryAfterMs: breaker.waitMs })
        if (permit.isProbe) attempt.once = true
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
      },
    }
  },
})

/** Tells the breaker how the calls of one request to one target ended. */
function judge(policy: BreakerPolicy, { outcome, failure, startedAt, settledAt = startedAt }: Attempt, permit: Permit): void {
  if (outcome === 'established') return policy.isSlow(settledAt - startedAt) ? permit.failed() : permit.succeeded()
  const said = failure === undefined ? 'neutral' : policy.judge(failure)
  if (said === 'failure' || said === 'throttled' && permit.isProbe) permit.failed()
  else if (said === 'success') permit.succeeded()
  else permit.giveBack()
}
