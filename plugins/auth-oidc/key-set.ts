/** The keys that an issuer signs with, kept in memory: those that are known stay good while the issuer is away. */

import { createLocalJWKSet, errors, type CryptoKey, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import type { Clock, Timer } from '../../core/index.ts'

export interface KeySetFacts {
  readonly clock: Clock
  readonly read: () => Promise<JSONWebKeySet>
  /** Told that the keys are others than before. */
  readonly changed: () => void
  /** Told why the keys cannot be read, once for each reason. */
  readonly failed: (cause: unknown) => void
  /** Told that they can be read again. */
  readonly recovered: () => void
}

/** A key is not among those known, and which there are cannot be asked now. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable'
}

/** How long keys count as those that the issuer has: one that it withdraws is refused so much later. */
const renewMs = 600_000
/** Who sends keys that nobody knows makes the gateway ask no more often than this. */
const calmMs = 10_000
/** While they cannot be read: how often the gateway tries of its own accord, and for callers. */
const retryMs = 30_000
const retryForCallersMs = 5_000
const notRead = 'they were not read yet'

export class KeySet {
  readonly #facts: KeySetFacts
  #text = ''
  #known = createLocalJWKSet({ keys: [] })
  /** Why what is known may not be all there is. */
  #trouble: string | undefined = notRead
  #readAt = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | undefined
  #isFollowing = false
  #timer: Timer | undefined

  constructor(facts: KeySetFacts) {
    this.#facts = facts
  }

  /** The key that a token names. Asks the issuer only for one that is not known. @throws KeysUnavailable, and what jose throws where there is no such key */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const isMissing = (cause: unknown) => cause instanceof errors.JWKSNoMatchingKey
    const find = async (): Promise<CryptoKey> => await this.#known(header, token)
    try {
      return await find()
    } catch (cause) {
      if (!isMissing(cause)) throw cause
    }
    await this.#renew()
    return await find().catch((cause: unknown) => {
      throw isMissing(cause) && this.#trouble !== undefined ? new KeysUnavailable('the keys of the issuer cannot be read', { cause }) : cause
    })
  }

  /** Reads the keys; who asks meanwhile waits for the same. Never rejects. */
  read(): Promise<void> {
    return (this.#reading ??= this.#facts
      .read()
      .then(keys => this.#take(keys))
      .catch((cause: unknown) => this.#miss(cause))
      .finally(() => this.#settle()))
  }

  /** Goes on reading them from time to time. */
  follow(): void {
    this.#isFollowing = true
    this.#arm()
  }

  close(): void {
    this.#isFollowing = false
    this.#timer?.cancel()
  }

  #renew(): Promise<void> {
    const isRecent = this.#facts.clock.elapsed() - this.#readAt < (this.#trouble === undefined ? calmMs : retryForCallersMs)
    return this.#reading ?? (isRecent ? Promise.resolve() : this.read())
  }

  #take(keys: JSONWebKeySet): void {
    const text = JSON.stringify(keys)
    if (text !== this.#text) {
      this.#known = createLocalJWKSet(keys)
      this.#text = text
      this.#facts.changed()
    }
    if (this.#trouble !== undefined && this.#trouble !== notRead) this.#facts.recovered()
    this.#trouble = undefined
  }

  #miss(cause: unknown): void {
    const trouble = String(cause)
    if (trouble !== this.#trouble) this.#facts.failed(cause)
    this.#trouble = trouble
  }

  #settle(): void {
    this.#readAt = this.#facts.clock.elapsed()
    this.#reading = undefined
    if (this.#isFollowing) this.#arm()
  }

  #arm(): void {
    this.#timer?.cancel()
    this.#timer = this.#facts.clock.after(this.#trouble === undefined ? renewMs : retryMs, () => void this.read())
  }
}
