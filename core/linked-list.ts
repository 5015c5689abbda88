/** Those who are here now, in the order in which they came. */

/**
 * Thousands come and go every second.
 * A `Set` would do but for the garbage collector: each time its table is made anew, the old one keeps what it held alive for long.
 */
export class LinkedList<T> {
  readonly #head: Entry<T> = new Entry<T>(undefined)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Enters a value. The entry is what takes it off again. */
  add(value: T): Entry<T> {
    const entry = new Entry(value)
    const last = this.#head.before ?? this.#head
    entry.before = last
    entry.after = this.#head
    last.after = entry
    this.#head.before = entry
    this.#size += 1
    return entry
  }

  /** Takes an entry off, once. */
  remove(entry: Entry<T>): void {
    const { before, after } = entry
    if (before === undefined || after === undefined) return
    before.after = after
    after.before = before
    entry.before = entry.after = undefined
    this.#size -= 1
  }

  /** Whoever is first and still here. */
  get first(): Entry<T> | undefined {
    const first = this.#head.after
    return first === this.#head ? undefined : first
  }

  /** A copy of who is here. */
  values(): readonly T[] {
    const values: T[] = []
    for (let entry = this.first; entry !== undefined && entry !== this.#head; entry = entry.after) values.push(entry.value as T)
    return values
  }
}

export class Entry<T> {
  readonly value: T | undefined
  before: Entry<T> | undefined
  after: Entry<T> | undefined

  constructor(value: T | undefined) {
    this.value = value
  }
}
