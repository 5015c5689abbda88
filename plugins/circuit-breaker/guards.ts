/** The guards of all providers that have one, as calls and administrators find them. */

import type { Logger } from 'pino'
import type { Clock, ProviderInstance } from '../../core/index.ts'
import type { BreakerSource } from '../../core/services/provider-status.ts'
import { Breaker } from './breaker.ts'
import { Guard } from './guard.ts'
import type { BreakerPolicy } from './policy.ts'
import type { SharedGuards } from './shared-guards.ts'
import type { BreakerState } from './standing.ts'
import type { StateGauge } from './state-gauge.ts'

export interface GuardedProvider {
  readonly provider: ProviderInstance
  readonly policy: BreakerPolicy
}

interface Parts {
  readonly gauge: StateGauge
  /** Told what this process sees, where others share the breakers. */
  readonly shared: SharedGuards | undefined
  readonly clock: Clock
  readonly log: Logger
}

export class Guards implements BreakerSource {
  readonly #parts: Parts
  readonly #byProvider = new Map<ProviderInstance, Guard>()

  constructor(guarded: readonly GuardedProvider[], parts: Parts) {
    this.#parts = parts
    for (const { provider, policy } of guarded) {
      const guard = new Guard(provider.name, policy, model => this.#breaker(provider.name, model, policy))
      this.#byProvider.set(provider, guard)
      parts.shared?.add(guard)
    }
  }

  of(provider: ProviderInstance): Guard | undefined {
    return this.#byProvider.get(provider)
  }

  stateOf(provider: ProviderInstance): BreakerState | undefined {
    return this.#byProvider.get(provider)?.state
  }

  reset(provider: ProviderInstance): void {
    this.#byProvider.get(provider)?.reset()
    this.#parts.shared?.tell(provider.name, 'reset')
  }

  /** @param model empty where all models of the provider have one breaker */
  #breaker(provider: string, model: string, { rules }: BreakerPolicy): Breaker {
    const { gauge, shared, clock, log } = this.#parts
    const show = gauge.show(provider, model)
    return new Breaker(rules, clock, {
      changed(state, isOwn) {
        show(state)
        if (isOwn) log[state === 'open' ? 'warn' : 'info']({ provider, ...(model === '' ? {} : { model }) }, `the circuit breaker is ${state}`)
      },
      ...(shared === undefined ? {} : { news: news => shared.tell(provider, { model, news }) }),
    })
  }
}
