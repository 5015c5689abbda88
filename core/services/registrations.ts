/** What several parts have registered with a service, in the order in which they did. */

/** Each registration is one of its own: a part that registers what another one, or the one that it replaces, has registered already is there until it withdraws itself. */
export class Registrations<T> implements Iterable<T> {
  readonly #all = new Map<symbol, T>()

  /** @returns how to withdraw it; doing so again changes nothing */
  add(what: T): () => void {
    const own = Symbol('registration')
    this.#all.set(own, what)
    return () => {
      this.#all.delete(own)
    }
  }

  get isEmpty(): boolean {
    return this.#all.size === 0
  }

  /** What was registered last, of what is there. */
  get latest(): T | undefined {
    return [...this.#all.values()].at(-1)
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#all.values()
  }
}
