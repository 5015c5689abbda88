/** Lets one in at a time, in the order in which they came. */

export class Mutex {
  #last: Promise<void> = Promise.resolve()

  /** Resolves when it is the caller's turn. @returns how to end it; ending it again does nothing */
  async enter(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const before = this.#last
    this.#last = before.then(() => promise)
    await before
    return resolve
  }
}
