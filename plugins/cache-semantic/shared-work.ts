/** Work that several wait for is done once, and goes on as long as one of them waits. */

interface Doing<T> {
  readonly result: Promise<T>
  readonly ending: AbortController
  waiting: number
}

export class SharedWork<T> {
  readonly #doing = new Map<string, Doing<T>>()

  /**
   * @param key the same for what is the same
   * @param signal of whoever waits
   * @param work begun for the first who waits; its own signal is aborted when nobody does any more
   */
  async wait(key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted()
    const doing = this.#doing.get(key) ?? this.#begin(key, work)
    doing.waiting += 1
    const { promise: left, reject } = Promise.withResolvers<never>()
    const leave = () => reject(signal.reason)
    signal.addEventListener('abort', leave)
    try {
      return await Promise.race([doing.result, left])
    } finally {
      signal.removeEventListener('abort', leave)
      doing.waiting -= 1
      if (doing.waiting === 0) this.#end(key, doing)
    }
  }

  #begin(key: string, work: (signal: AbortSignal) => Promise<T>): Doing<T> {
    const ending = new AbortController()
    const doing = { result: work(ending.signal), ending, waiting: 0 }
    this.#doing.set(key, doing)
    return doing
  }

  #end(key: string, doing: Doing<T>): void {
    if (this.#doing.get(key) === doing) this.#doing.delete(key)
    doing.ending.abort()
  }
}
