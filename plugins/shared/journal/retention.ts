/** Deletes rows that are older than they shall become: every hour, in small batches, on one replica at a time. */

import { setImmediate as turn } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Clock, Timer } from '../../../core/services/clock.ts'
import type { Journal, JournalRow } from '../../../core/storage/journal.ts'
import { Lease, type LeaseRecord } from '../../../core/storage/lease.ts'
import type { Storage } from '../../../core/storage/storage.ts'

const everyMs = 3_600_000
const dayMs = 86_400_000
/** Rows that are deleted together: more are deleted sooner, and hold up for longer what is served meanwhile. */
export const sweptTogether = 250

export interface RetentionOptions<Row extends JournalRow> {
  /** Of the journal. */
  readonly name: string
  readonly journal: Pick<Journal<Row>, 'deleteBefore'>
  readonly storage: Storage
  /** 0 keeps rows for ever. */
  readonly days: number
  readonly clock: Clock
  readonly log: Logger
  /** Deletes, in batches as well, what belongs to rows, and what an earlier sweep that was broken off has left. @param before milliseconds @returns whether there may be more */
  readonly deleteAlso?: (before: number) => Promise<boolean>
}

export class Retention<Row extends JournalRow> {
  readonly #options: RetentionOptions<Row>
  readonly #lease: Lease
  #timer: Timer | undefined
  #sweeping: Promise<void> | undefined
  #isClosed = false

  constructor(options: RetentionOptions<Row>) {
    this.#options = options
    this.#lease = new Lease({ records: options.storage.records<LeaseRecord>('leases'), id: `${options.name}_retention`, clock: options.clock })
  }

  /** Sweeps for the first time in an hour. */
  start(): void {
    if (this.#options.days === 0 || this.#isClosed) return
    this.#timer = this.#options.clock.after(everyMs, () => {
      this.start()
      void this.sweep()
    })
  }

  /** Deletes what is too old, if nobody else is at it. Never rejects. */
  sweep(): Promise<void> {
    return (this.#sweeping ??= this.#sweep().finally(() => {
      this.#sweeping = undefined
    }))
  }

  /** Resolves when nothing is under way any more. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#timer?.cancel()
    await this.#sweeping
  }

  async #sweep(): Promise<void> {
    const { name, clock, days, log } = this.#options
    let count = 0
    try {
      await this.#lease.run(async lost => {
        count = await this.#delete(clock.now() - days * dayMs, lost)
      })
      if (count > 0) log.info({ journal: name, rows: count }, `rows older than ${days} days were deleted`)
    } catch (cause) {
      log.warn({ journal: name, err: cause }, 'old rows could not be deleted; that is tried again in an hour')
    }
  }

  async #delete(before: number, lost: AbortSignal): Promise<number> {
    for (let count = 0; ;) {
      const ids = await this.#options.journal.deleteBefore(before, sweptTogether)
      const isMore = (await this.#options.deleteAlso?.(before)) === true || ids.length === sweptTogether
      count += ids.length
      if (!isMore || lost.aborted || this.#isClosed) return count
      await turn()
    }
  }
}
