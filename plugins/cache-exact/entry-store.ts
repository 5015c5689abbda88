/** Entries in the cache store: what goes wrong there costs a hit, and never a request. */

import type { Logger } from 'pino'
import type { CacheStore, Clock } from '../../core/index.ts'
import { decodeEntry, encodeEntry, type Entry } from '../shared/cache/entry.ts'
import { inTime, tookTooLong } from '../shared/in-time.ts'
import { Outage } from '../shared/cache/outage.ts'
import { WriteQueue, type Dropped } from '../shared/cache/write-queue.ts'
import { isPromise } from '../../core/promise.ts'

const readLimitMs = 1_000
/** As errors name it. */
const named = 'the cache store'

type Now<T> = T | Promise<T>

export interface EntryStoreOptions {
  readonly store: CacheStore
  readonly clock: Clock
  readonly log: Logger
  readonly dropped: (reason: Dropped) => void
}

export class EntryStore {
  readonly #store: CacheStore
  readonly #clock: Clock
  readonly #outage: Outage
  readonly #writes: WriteQueue

  constructor({ store, clock, log, dropped }: EntryStoreOptions) {
    this.#store = store
    this.#clock = clock
    this.#outage = new Outage(clock, log, 'the cache store failed; going on without it')
    this.#writes = new WriteQueue({ clock, store: named, dropped, failed: cause => this.#outage.complain(cause) })
  }

  /** What is kept under a key; `'failed'` if the store cannot say. Never rejects. */
  read(key: string): Now<Entry | undefined | 'failed'> {
    if (this.#outage.isFresh) return 'failed'
    try {
      const read = this.#decoded(this.#store.get(key))
      return read instanceof Promise
        ? inTime(this.#clock, read, readLimitMs, () => tookTooLong(named, readLimitMs)).catch((cause: unknown) => this.#unread(cause))
        : read
    } catch (cause) {
      return this.#unread(cause)
    }
  }

  /** Keeps an entry, when there is time. Nobody waits for it. */
  write(key: string, entry: Entry, ttlMs: number): void {
    this.#writes.add(() => {
      const encoded = encodeEntry(entry)
      return isPromise(encoded) ? encoded.then(bytes => this.#set(key, bytes, ttlMs)) : this.#set(key, encoded, ttlMs)
    })
  }

  #set(key: string, bytes: Buffer, ttlMs: number): Now<boolean> {
    const written = this.#store.set(key, bytes, ttlMs)
    return isPromise(written) ? written.then(() => true) : true
  }

  #decoded(found: Now<Buffer | undefined>): Now<Entry | undefined> {
    if (found instanceof Promise) return found.then(bytes => this.#decoded(bytes))
    return found === undefined ? undefined : this.#read(found)
  }

  /** What cannot be read is none; the answer that is fetched instead takes its place. */
  #read(bytes: Buffer): Now<Entry | undefined> {
    try {
      const entry = decodeEntry(bytes)
      return entry instanceof Promise ? entry.catch((cause: unknown) => this.#outage.complain(cause) as undefined) : entry
    } catch (cause) {
      this.#outage.complain(cause)
      return undefined
    }
  }

  #unread(cause: unknown): 'failed' {
    this.#outage.begin(cause)
    return 'failed'
  }
}
