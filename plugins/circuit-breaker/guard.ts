/** The breakers of one provider instance: a single one, or one for each of its models. */

import type { Breaker } from './breaker.ts'
import type { BreakerPolicy } from './policy.ts'
import { untouched, type BreakerState, type Standing } from './standing.ts'

export class Guard {
  readonly provider: string
  readonly policy: BreakerPolicy
  readonly #make: (model: string) => Breaker
  readonly #breakers = new Map<string, Breaker>()

  /** @param make a breaker for one model, or for all of them where the name is empty */
  constructor(provider: string, policy: BreakerPolicy, make: (model: string) => Breaker) {
    this.provider = provider
    this.policy = policy
    this.#make = make
    if (!policy.isPerModel) this.breaker('')
  }

  /** Of the breaker that is worst off; closed while there is none. */
  get state(): BreakerState {
    const states = new Set([...this.#breakers.values()].map(({ state }) => state))
    return (['open', 'half-open'] as const).find(state => states.has(state)) ?? 'closed'
  }

  /** The open ones, and for how long they are. */
  get open(): readonly { readonly model: string; readonly forMs: number }[] {
    return [...this.#breakers].flatMap(([model, { state, waitMs }]) => (state === 'open' ? [{ model, forMs: waitMs }] : []))
  }

  reset(): void {
    for (const breaker of this.#breakers.values()) breaker.reset()
  }

  /** Stands as it does with all who share it. @param isOwn whether what this process told made it so */
  take(standings: ReadonlyMap<string, Standing>, isOwn: (model: string) => boolean): void {
    const ours = new Map([...standings].map(([model, standing]) => [this.#nameOf(model), standing]))
    for (const name of new Set([...this.#breakers.keys(), ...ours.keys()])) this.breaker(name).take(ours.get(name) ?? untouched, isOwn(name))
  }

  breaker(model: string): Breaker {
    const name = this.#nameOf(model)
    const known = this.#breakers.get(name)
    if (known !== undefined) return known
    const made = this.#make(name)
    this.#breakers.set(name, made)
    return made
  }

  #nameOf(model: string): string {
    return this.policy.isPerModel ? model : ''
  }
}
