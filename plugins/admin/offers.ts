/** What plugins offer under a name: the latest offer counts, and an older one again when that is withdrawn. */

export class Offers<T> {
  readonly #byName = new Map<string, T[]>()

  /** @returns how to withdraw it */
  add(name: string, offer: T): () => void {
    const offers = this.#byName.get(name) ?? []
    offers.push(offer)
    this.#byName.set(name, offers)
    return () => this.#withdraw(name, offer)
  }

  get(name: string): T | undefined {
    return this.#byName.get(name)?.at(-1)
  }

  /** In the order in which the names came. */
  get all(): readonly T[] {
    return [...this.#byName.values()].map(offers => offers.at(-1) as T)
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()]
  }

  #withdraw(name: string, offer: T): void {
    const left = this.#byName.get(name)?.filter(one => one !== offer) ?? []
    if (left.length === 0) this.#byName.delete(name)
    else this.#byName.set(name, left)
  }
}
