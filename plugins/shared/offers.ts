/** What parts offer under a name: the latest offer counts, and an older one again when that is withdrawn. While calls of an older configuration run, there are two. */

import { Registrations } from '../../core/services/registrations.ts'

export class Offers<T> {
  readonly #byName = new Map<string, Registrations<T>>()
  #all: readonly T[] = []

  /** @returns how to withdraw it */
  add(name: string, offer: T): () => void {
    const offers = this.#byName.get(name) ?? new Registrations<T>()
    this.#byName.set(name, offers)
    const withdraw = offers.add(offer)
    this.#gather()
    return () => {
      withdraw()
      if (offers.isEmpty && this.#byName.get(name) === offers) this.#byName.delete(name)
      this.#gather()
    }
  }

  get(name: string): T | undefined {
    return this.#byName.get(name)?.latest
  }

  /** In the order in which the names came. */
  get all(): readonly T[] {
    return this.#all
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()]
  }

  /** Calls ask for all of them. */
  #gather(): void {
    this.#all = [...this.#byName.values()].map(offers => offers.latest as T)
  }
}
