/** Keeps calls back from a provider that fails again and again, and lets one through now and then to see. */

import { definePlugin } from '../../core/index.ts'
import { inMilliseconds } from '../shared/attempts/shown-options.ts'
import { Gatekeeper } from './gatekeeper.ts'
import { Guards } from './guards.ts'
import { BreakerPolicy, optionsFor } from './policy.ts'
import { schema } from './schema.ts'
import { SharedGuards } from './shared-guards.ts'
import { StateGauge } from './state-gauge.ts'

export default definePlugin({
  name: 'circuit-breaker',
  description: 'Keeps calls back from a provider that fails again and again.',
  schema,
  needs: ['providers', 'providerBoard'],
  wants: ['state', 'processes'],
  edits: false,
  setup({ options, services: { providers, clock, meter, providerBoard, state, processes }, log, regex }) {
    const guarded = [...providers.values()]
      .map(provider => ({ provider, policy: new BreakerPolicy(optionsFor(provider, options), regex) }))
      .filter(({ policy }) => policy.isOn)
    if (guarded.length === 0) return {}

    const isPerModel = guarded.some(({ policy }) => policy.isPerModel)
    const gauge = new StateGauge(meter, isPerModel)
    const shared = state?.isShared === true && state.notes !== undefined ? new SharedGuards({ state, notes: state.notes, processes, clock }) : undefined
    const guards = new Guards(guarded, { gauge, shared, clock, log })
    const gatekeeper = new Gatekeeper(guards, shared)
    const withdraw = [providerBoard.breakers(guards), providerBoard.rules('circuit_breaker', provider => inMilliseconds(schema, optionsFor(provider, options)))]

    return {
      start() {
        gauge.start()
        if (shared !== undefined) withdraw.push(shared.follow())
      },
      attempt: (exchange, attempt) => gatekeeper.enter(exchange, attempt),
      settled: (exchange, attempt) => gatekeeper.settled(exchange, attempt),
      /** Reached only when nobody retries. */
      recover: (exchange, attempt) => gatekeeper.reportLeft(exchange, attempt),
      complete(exchange) {
        if (!exchange.gone) gatekeeper.reportLeft(exchange, exchange.attempts.at(-1))
      },
      close() {
        for (const end of withdraw) end()
        gauge.close()
      },
    }
  },
})
