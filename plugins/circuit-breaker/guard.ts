/** The breakers of one provider instance: a single one, or one for each of its models. */

import type { Breaker, BreakerNews, BreakerState } from './breaker.ts'
import type { BreakerPolicy } from './policy.ts'

export class Guard {
  readonly policy: BreakerPolicy
  readonly #make: (model: string) => Breaker
  readonly #breakers = new Map<string, Breaker>()

  /** @param make a breaker for one model, or for all of them where the name is empty */
  constructor(policy: BreakerPolicy, make: (model: string) => Breaker) {
    this.policy = policy
    this.#make = make
    if (!policy.isPerModel) this.breaker('')
  }

  /** Of the breaker that is worst off; closed while there is none. */
  get state(): BreakerState {
    const states = new Set([...this.#breakers.values()].map(({ state }) => state))
    return (['open', 'half-open'] as const).find(state => states.has(state)) ?? 'closed'
  }

  /** What others must know of breakers that are not closed, by the names of their models. */
  get standings(): readonly { readonly model: string; readonly news: BreakerNews }[] {
    return [...this.#breakers].flatMap(([model, { standing }]) => (standing === undefined ? [] : [{ model, news: standing }]))
  }

  reset(): void {
    for (const breaker of this.#breakers.values()) breaker.reset()
  }

  breaker(model: string): Breaker {
    const name = this.policy.isPerModel ? model : ''
    const known = this.#breakers.get(name)
    if (known !== undefined) return known
    const made = this.#make(name)
    this.#breakers.set(name, made)
    return made
  }
}
