/** Entries in the cache store: what goes wrong there costs a hit, and never a request. */

import type { Logger } from 'pino'
import type { CacheStore, Clock } from '../../core/index.ts'
import { decodeEntry, encodeEntry, type Entry } from './entry.ts'

const readLimitMs = 1_000
/** After a failure, nobody asks the store for so long. */
const pauseMs = 1_000
const writeLimitMs = 5_000
const writersAtOnce = 8
const longestQueue = 256
const silenceMs = 10_000

type Now<T> = T | Promise<T>

export class Shelf {
  readonly #store: CacheStore
  readonly #clock: Clock
  readonly #log: Logger
  readonly #queue: (() => Promise<void>)[] = []
  #writing = 0
  #complainedAt = Number.NEGATIVE_INFINITY
  /** Monotonic: until then, nothing is looked up. */
  #pausedUntil = Number.NEGATIVE_INFINITY

  constructor(store: CacheStore, clock: Clock, log: Logger) {
    this.#store = store
    this.#clock = clock
    this.#log = log
  }

  /** What is kept under a key; `'failed'` if the store cannot say. Never rejects. */
  read(key: string): Now<Entry | undefined | 'failed'> {
    if (this.#clock.elapsed() < this.#pausedUntil) return 'failed'
    try {
      const read = this.#decoded(this.#store.get(key))
      return read instanceof Promise ? this.#inTime(read, readLimitMs).catch((cause: unknown) => this.#unread(cause)) : read
    } catch (cause) {
      return this.#unread(cause)
    }
  }

  /** Keeps an entry, when there is time. Nobody waits for it. */
  write(key: string, entry: Entry, ttlMs: number): void {
    if (this.#queue.length >= longestQueue) {
      this.#failed(new Error('too many entries wait to be written'))
      return
    }
    this.#queue.push(async () => {
      const encoded = encodeEntry(entry)
      const written = this.#store.set(key, encoded instanceof Promise ? await encoded : encoded, ttlMs)
      if (written instanceof Promise) await this.#inTime(written, writeLimitMs)
    })
    this.#work()
  }

  #work(): void {
    const job = this.#writing < writersAtOnce ? this.#queue.shift() : undefined
    if (job === undefined) return
    this.#writing += 1
    void job().catch((cause: unknown) => { this.#failed(cause) }).finally(() => {
      this.#writing -= 1
      this.#work()
    })
  }

  #decoded(found: Now<Buffer | undefined>): Now<Entry | undefined> {
    if (found instanceof Promise) return found.then(bytes => this.#decoded(bytes))
    return found === undefined ? undefined : this.#read(found)
  }

  /** What cannot be read is none; the answer that is fetched instead takes its place. */
  #read(bytes: Buffer): Now<Entry | undefined> {
    try {
      const entry = decodeEntry(bytes)
      return entry instanceof Promise ? entry.catch((cause: unknown) => this.#failed(cause)) : entry
    } catch (cause) {
      return this.#failed(cause)
    }
  }

  #inTime<T>(work: Promise<T>, limitMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(limitMs, () => reject(new Error(`the cache store took longer than ${limitMs} ms`)))
      work.then(resolve, reject).finally(() => timer.cancel())
    })
  }

  #unread(cause: unknown): 'failed' {
    this.#pausedUntil = this.#clock.elapsed() + pauseMs
    this.#failed(cause)
    return 'failed'
  }

  #failed(cause: unknown): undefined {
    const now = this.#clock.elapsed()
    if (now - this.#complainedAt < silenceMs) return
    this.#complainedAt = now
    this.#log.warn({ err: cause }, 'the cache store failed; going on without it')
  }
}
