/** The breakers of one provider instance: a single one, or one for each of its models. */

import type { Breaker } from './breaker.ts'
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

  breaker(model: string): Breaker {
    const name = this.policy.isPerModel ? model : ''
    const known = this.#breakers.get(name)
    if (known !== undefined) return known
    const made = this.#make(name)
    this.#breakers.set(name, made)
    return made
  }
}
