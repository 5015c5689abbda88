/** Turns at something that one at a time may do, in the order in which they were asked for. */

export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  /** Does work behind all that was asked for before, however that ended. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => {})
    return done
  }

  /** @returns does the work in a turn; all who ask for it before that turn begins share it */
  sharing<T>(work: () => Promise<T>): () => Promise<T> {
    let next: Promise<T> | undefined
    return () =>
      (next ??= this.take(() => {
        next = undefined
        return work()
      }))
  }

  /** Resolves when it is the caller's turn. @returns how to end it; ending it again does nothing */
  enter(): Promise<() => void> {
    return new Promise(begun => void this.take(() => new Promise<void>(end => begun(end))))
  }

  /** Resolves when all that was asked for so far is over. Never rejects. */
  async over(): Promise<void> {
    await this.#last
  }
}
