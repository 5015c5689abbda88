/** Keeps the open batches going: one replica works on each. */

import type { Logger } from 'pino'
import type { Clock } from '../../core/index.ts'
import type { LeaseRecord } from '../../core/storage/lease.ts'
import { OpenWork } from '../shared/records/open-work.ts'
import type { Records } from '../../core/storage/records.ts'
import { isPostponed, type BatchRecord } from './record.ts'
import type { BatchStore } from './store.ts'
import type { BatchWorker } from './worker.ts'

const lookMs = 2_000

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
  readonly #work: OpenWork
  /** When each provider's batch was asked for last; monotonic. */
  readonly #askedAt = new Map<string, number>()

  constructor(parts: RunnerParts) {
    const { store, worker, leases, clock, log } = parts
    this.#parts = parts
    this.#work = new OpenWork({
      name: 'batch',
      leases,
      clock,
      lookMs,
      due: async () => (await store.list({ where: { open: true } })).filter(({ value }) => this.#isDue(value)).map(({ id }) => id),
      work: (id, signal) => worker.work(id, signal),
      failed: (cause, batch) =>
        batch === undefined
          ? log.warn({ err: cause }, 'the open batches could not be looked for')
          : log.warn({ batch, err: cause }, 'the work on a batch failed; it will be begun again'),
    })
  }

  start(): void {
    this.#work.start()
  }

  async close(): Promise<void> {
    await this.#work.close()
  }

  /** Works on a batch now, unless somebody does. @returns when this replica has done what it can for now */
  kick(id: string): Promise<void> {
    return this.#work.kick(id)
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
