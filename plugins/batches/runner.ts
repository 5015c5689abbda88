/** Keeps the open batches going: one replica works on each, begun anew where another left off. */

import type { Logger } from 'pino'
import { Lease, type Clock, type LeaseRecord, type Records, type Timer } from '../../core/index.ts'
import { isPostponed, type BatchRecord } from './record.ts'
import type { BatchStore } from './store.ts'
import type { BatchWorker } from './worker.ts'

/** How often somebody looks for batches that nobody works on. */
const lookMs = 2_000
/** How long a batch lies idle at most after its replica died. */
const leaseMs = 10_000

export interface RunnerParts {
  readonly store: BatchStore
  readonly worker: BatchWorker
  readonly leases: Records<LeaseRecord>
  readonly clock: Clock
  readonly log: Logger
  readonly pollMs: number
}

export class Runner {
  readonly #parts: RunnerParts
  readonly #running = new Map<string, Promise<void>>()
  /** When each provider's batch was asked for last; monotonic. */
  readonly #askedAt = new Map<string, number>()
  readonly #closed = new AbortController()
  #timer: Timer | undefined

  constructor(parts: RunnerParts) {
    this.#parts = parts
  }

  start(): void {
    void this.#look()
  }

  async close(): Promise<void> {
    this.#closed.abort()
    this.#timer?.cancel()
    await Promise.allSettled(this.#running.values())
  }

  /** Works on a batch now, unless somebody does. @returns when this replica has done what it can for now */
  kick(id: string): Promise<void> {
    const running = this.#running.get(id)
    if (running !== undefined) return running
    if (this.#closed.signal.aborted) return Promise.resolve()
    const work = this.#work(id).finally(() => this.#running.delete(id))
    this.#running.set(id, work)
    return work
  }

  async #work(id: string): Promise<void> {
    const { leases, clock, worker, log } = this.#parts
    try {
      await new Lease({ records: leases, id: `batch_${id}`, clock, ttlMs: leaseMs }).run(async lost => await worker.work(id, AbortSignal.any([lost, this.#closed.signal])))
    } catch (cause) {
      log.warn({ batch: id, err: cause }, 'the work on a batch failed; it will be begun again')
    }
  }

  async #look(): Promise<void> {
    const { store, clock, log } = this.#parts
    try {
      for (const { value } of await store.list({ where: { open: true } })) if (this.#isDue(value)) void this.kick(value.id)
    } catch (cause) {
      log.warn({ err: cause }, 'the open batches could not be looked for')
    }
    if (!this.#closed.signal.aborted) this.#timer = clock.after(lookMs, () => { void this.#look() })
  }

  /** What a provider runs is asked for now and then only. */
  #isDue(batch: BatchRecord): boolean {
    const { id, provider_batch_id: isNative, fetch } = batch
    if (isNative === null) return true
    if (isPostponed(batch, this.#parts.clock.now())) return false
    if (fetch !== null) return true
    const now = this.#parts.clock.elapsed()
    const last = this.#askedAt.get(id)
    if (last !== undefined && now - last < this.#parts.pollMs) return false
    this.#askedAt.set(id, now)
    return true
  }
}
