/** Keeps the keys in memory the same as those in the store, whoever changes them. */

import type { Clock, Timer } from '../../core/index.ts'
import { isRead } from '../../core/storage/is-read.ts'
import type { Records, Stored } from '../../core/storage/records.ts'
import { listAll } from '../../core/storage/list-all.ts'
import { readAgain } from '../shared/records/read-again.ts'
import type { AuthKey } from '../../schemas/records/auth-key.schema.ts'
import type { KeyRing } from './key-ring.ts'

/** Changes that come together are read together. */
const gatheredMs = 100
/** A safety net, should a notice be lost. */
const refreshMs = 60_000

export class Follower {
  readonly #records: Records<AuthKey>
  readonly #ring: KeyRing
  readonly #clock: Clock
  readonly #failed: (cause: unknown) => void
  /** The ids of keys that were written through this process while a reading is under way. */
  #written: Set<string> | undefined
  #reading: Promise<void> = Promise.resolve()
  #due: Timer | undefined
  #end: (() => void) | undefined
  #gathered: Promise<boolean> | undefined
  #unwatch: (() => void) | undefined

  /** @param failed told why the keys could not be read; those that were read before stand */
  constructor(records: Records<AuthKey>, ring: KeyRing, clock: Clock, failed: (cause: unknown) => void) {
    this.#records = records
    this.#ring = ring
    this.#clock = clock
    this.#failed = failed
  }

  /** Reads all keys, and listens for changes from then on. @throws what the store throws */
  async begin(): Promise<void> {
    this.#unwatch = this.#records.watch(() => this.#readGathered())
    await this.read()
  }

  /** Begins the regular readings. */
  start(): void {
    this.#end = readAgain(this.#clock, refreshMs, () => this.read(), this.#failed)
  }

  /** Reads all keys, behind readings that are under way. @throws what the store throws */
  read(): Promise<void> {
    const reading = this.#reading.then(() => this.#read())
    this.#reading = reading.catch(() => {})
    return reading
  }

  /** Takes over a key that this process wrote. */
  wrote(stored: Stored<AuthKey>): void {
    this.#written?.add(stored.id)
    this.#ring.put(stored)
  }

  async close(): Promise<void> {
    this.#unwatch?.()
    this.#due?.cancel()
    this.#end?.()
    await this.#reading
  }

  #readGathered(): Promise<boolean> {
    return (this.#gathered ??= new Promise(resolve => {
      this.#due = this.#clock.after(gatheredMs, () => {
        this.#gathered = undefined
        resolve(isRead(this.read(), this.#failed))
      })
    }))
  }

  async #read(): Promise<void> {
    const written = (this.#written = new Set<string>())
    try {
      this.#ring.replace(await listAll(this.#records), written)
    } finally {
      this.#written = undefined
    }
  }
}
