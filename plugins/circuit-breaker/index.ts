/** Keeps calls back from a provider that fails again and again, and lets one through now and then to see (reliability 3). */

import { definePlugin, gatewayError, slot, type Attempt, type Exchange, type ProviderInstance, type Target } from '../../core/index.ts'
import { checkOptions } from '../../core/config/options.ts'
import { Breaker, type BreakerState, type Permit } from './breaker.ts'
import { BreakerPolicy, type BreakerOptions } from './policy.ts'
import { schema } from './schema.ts'

const gaugeValues: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 }

/** What is known of one provider instance. `breakers`: by model where each has its own, else one without a name. */
interface Guarded {
  readonly policy: BreakerPolicy
  readonly breakers: Map<string, Breaker>
}

export default definePlugin({
  name: 'circuit-breaker',
  description: 'Keeps calls back from a provider that fails again and again.',
  schema,
  needs: ['providers'],
  edits: false,
  setup({ options, services: { providers, clock, meter }, log, regex }) {
    const guarded = new WeakMap<ProviderInstance, Guarded>()
    const guard = (provider: ProviderInstance): Guarded => {
      const known = guarded.get(provider) ?? { policy: new BreakerPolicy(merged(options, provider), regex), breakers: new Map<string, Breaker>() }
      guarded.set(provider, known)
      return known
    }
    const all = [...providers.values()].map(guard)
    if (all.every(({ policy }) => !policy.isOn)) return {}

    const isScoped = all.some(({ policy }) => policy.isPerModel)
    const gauge = meter.gauge('circuit_breaker_state', '0 closed, 1 half-open, 2 open.', isScoped ? ['provider', 'model'] : ['provider'])
    const makeBreaker = ({ policy }: Guarded, provider: string, model: string): Breaker => {
      const labels = isScoped ? [provider, model] : [provider]
      gauge(gaugeValues.closed, ...labels)
      return new Breaker(policy.rules, clock, state => {
        gauge(gaugeValues[state], ...labels)
        log[state === 'open' ? 'warn' : 'info']({ provider, ...(model === '' ? {} : { model }), state }, `the circuit breaker is ${state}`)
      })
    }
    const breakerOf = ({ provider, model }: Target): Breaker | undefined => {
      const known = guard(provider)
      if (!known.policy.isOn) return undefined
      const name = known.policy.isPerModel ? model : ''
      const breaker = known.breakers.get(name) ?? makeBreaker(known, provider.name, name)
      known.breakers.set(name, breaker)
      return breaker
    }

    const permits = slot<Permit | undefined>()
    const report = (exchange: Exchange, attempt: Attempt, permit: Permit) => {
      permits.set(exchange, undefined)
      judge(guard(attempt.target.provider).policy, attempt, permit)
    }

    return {
      attempt(exchange, attempt) {
        const breaker = breakerOf(attempt.target)
        const permit = breaker?.enter()
        permits.set(exchange, permit)
        if (permit?.isProbe === true) attempt.once = true
        if (breaker === undefined || permit !== undefined) return undefined
        return gatewayError('circuit_open', 'circuit breaker is open - provider temporarily unavailable', { retryAfterMs: breaker.waitMs })
      },
      /** A failure is final here only if it is a probe's, or trips the breaker; any other may yet be retried. */
      settled(exchange, attempt) {
        const permit = permits.get(exchange)
        if (permit === undefined) return
        const { failure, target } = attempt
        const tripMs = failure === undefined ? undefined : guard(target.provider).policy.tripMs(failure)
        if (tripMs !== undefined) {
          attempt.once = true
          permit.tripped(tripMs)
        }
        if (failure === undefined || permit.isProbe) report(exchange, attempt, permit)
      },
      /** Reached only when nobody retries: the request is over for this target. */
      recover(exchange, attempt) {
        const permit = permits.get(exchange)
        if (permit !== undefined) report(exchange, attempt, permit)
        return undefined
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

/** The options as they hold for one provider: what its own block says comes first. @throws Error that points at what is wrong there */
function merged(options: BreakerOptions, { name, config: { settings } }: ProviderInstance): BreakerOptions {
  const { circuit_breaker: given = {} } = settings['resilience'] as { readonly circuit_breaker?: Readonly<Record<string, unknown>> } | undefined ?? {}
  const { value, problems: [problem] } = checkOptions(schema, given, () => undefined)
  if (problem !== undefined) throw new Error(`/providers/${name}/resilience/circuit_breaker${problem.pointer}: ${problem.message}`)
  const own = value as BreakerOptions
  return {
    ...options,
    ...Object.fromEntries(Object.entries(own).filter(([option]) => Object.hasOwn(given, option))),
    trip_on: { ...inLowerCase(options.trip_on), ...inLowerCase(own.trip_on) },
  }
}

/** Rules of one name are one rule, however it is spelled. */
function inLowerCase(rules: BreakerOptions['trip_on']): BreakerOptions['trip_on'] {
  return Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name.toLowerCase(), rule]))
}
