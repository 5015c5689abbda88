/** Entries that wait to be written. Nobody waits for them; what comes while too many wait is dropped. */

import type { Clock } from '../../../core/services/clock.ts'
import { isPromise } from '../../../core/promise.ts'
import { inTime, tookTooLong } from '../in-time.ts'

const writeLimitMs = 5_000
const writersAtOnce = 8
const longestQueue = 256

/** Why an entry was not written. */
export type Dropped = 'queue_full' | 'failed' | 'too_large'

/** @returns whether the store could hold it */
export type Write = (signal: AbortSignal) => boolean | Promise<boolean>

export interface WriteQueueOptions {
  readonly clock: Clock
  /** As errors name it. */
  readonly store: string
  readonly failed: (cause: unknown) => void
  readonly dropped: (reason: Dropped) => void
}

export class WriteQueue {
  readonly #options: WriteQueueOptions
  readonly #queue: Write[] = []
  readonly #running = new Set<AbortController>()

  constructor(options: WriteQueueOptions) {
    this.#options = options
  }

  /** Writes when there is time. */
  add(write: Write): void {
    if (this.#queue.length >= longestQueue) return this.#drop('queue_full', new Error('too many entries wait to be written'))
    this.#queue.push(write)
    this.#work()
  }

  /** What waits is dropped, what runs is told to end. */
  close(): void {
    this.#queue.length = 0
    for (const running of this.#running) running.abort()
  }

  #work(): void {
    const write = this.#running.size < writersAtOnce ? this.#queue.shift() : undefined
    if (write === undefined) return
    const running = new AbortController()
    this.#running.add(running)
    void this.#write(write, running).finally(() => {
      this.#running.delete(running)
      this.#work()
    })
  }

  async #write(write: Write, running: AbortController): Promise<void> {
    try {
      const written = write(running.signal)
      const isHeld = isPromise(written)
        ? await inTime(this.#options.clock, written, writeLimitMs, () => tookTooLong(this.#options.store, writeLimitMs))
        : written
      if (!isHeld) this.#options.dropped('too_large')
    } catch (cause) {
      running.abort(cause)
      this.#drop('failed', cause)
    }
  }

  #drop(reason: Dropped, cause: unknown): void {
    this.#options.dropped(reason)
    this.#options.failed(cause)
  }
}
