/** The keys of one provider instance, taken in turn. */

import { createHash } from 'node:crypto'

export class KeyRing {
  readonly #keys: readonly string[]
  #next = 0

  constructor(keys: readonly string[]) {
    this.#keys = keys
  }

  get size(): number {
    return this.#keys.length
  }

  /** The next key in turn; undefined if the instance has none. */
  take(): string | undefined {
    const key = this.#keys[this.#next]
    this.#next = this.#next + 1 >= this.#keys.length ? 0 : this.#next + 1
    return key
  }

  /** The key after this one, for a call that the provider refused with it. */
  after(key: string): string | undefined {
    return this.#keys[(this.#keys.indexOf(key) + 1) % this.#keys.length]
  }

  /** What may be shown of the keys: the first eight hexadecimal digits of each one's SHA-256. */
  get fingerprints(): readonly string[] {
    return this.#keys.map(key => createHash('sha256').update(key).digest('hex').slice(0, 8))
  }
}
