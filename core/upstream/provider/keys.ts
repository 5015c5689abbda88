/** The keys of one provider instance: one for each session, or taken in turn. */

import { hash } from 'node:crypto'

/** What is shorter is a word by accident, and no secret. */
const shortestHidden = 6

export class KeyRing {
  readonly #keys: readonly string[]
  #next = 0

  /** Whether calls of one session keep to one key. */
  readonly isSticky: boolean

  constructor(keys: readonly string[], isSticky = true) {
    this.#keys = keys
    this.isSticky = isSticky
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

  /** The key of a session: the same as long as it is there, whatever other keys come and go. */
  of(session: string): string | undefined {
    return this.#inOrder(session)[0]
  }

  /** The key after this one, for a call that the provider refused with it. @param session whose order counts: not all who lose one key go to the same */
  after(key: string, session?: string): string | undefined {
    const keys = session === undefined ? this.#keys : this.#inOrder(session)
    return keys[(keys.indexOf(key) + 1) % keys.length]
  }

  /** A text of the provider's, without the keys that it may repeat. */
  hidden(text: string): string {
    return this.#keys.reduce((shown, key) => (key.length < shortestHidden ? shown : shown.replaceAll(key, '<redacted>')), text)
  }

  /** The key of which this is the fingerprint; undefined if it is no longer there. */
  withFingerprint(fingerprint: string): string | undefined {
    return this.#keys.find(key => fingerprintOf(key) === fingerprint)
  }

  #inOrder(session: string): readonly string[] {
    if (this.#keys.length < 2) return this.#keys
    const weighed = this.#keys.map(key => ({ key, weight: hash('sha256', `${session}\0${key}`) }))
    return weighed.sort((one, other) => (one.weight < other.weight ? 1 : -1)).map(({ key }) => key)
  }
}

/** What may be shown and kept of a key: the first eight hexadecimal digits of its SHA-256. */
export function fingerprintOf(key: string): string {
  return hash('sha256', key).slice(0, 8)
}
