/** What is said of a writer: metrics, its check of readiness, and warnings that do not flood the log. */

import type { Logger } from 'pino'
import type { Clock } from '../../../core/services/clock.ts'
import type { Health } from '../../../core/services/health.ts'
import type { Meter } from '../../../core/services/meter.ts'

/** At most one warning of a kind in so long. */
const warnEveryMs = 10_000

export interface WriterFiguresOptions {
  readonly name: string
  readonly clock: Clock
  readonly meter: Meter
  readonly health: Health
  readonly log: Logger
}

export class WriterFigures {
  readonly #clock: Clock
  readonly #log: Logger
  readonly #name: string
  readonly #dropped: (rows: number) => void
  readonly #length: (rows: number) => void
  readonly #bytes: (bytes: number) => void
  /** Whether the writer is well is nobody's concern any more. */
  readonly close: () => void
  #storeIsAway = false
  #diskIsFull = false
  readonly #warnedAt = new Map<string, number>()

  constructor({ name, clock, meter, health, log }: WriterFiguresOptions) {
    this.#name = name
    this.#clock = clock
    this.#log = log
    this.#length = meter.gauge('writer_queue_length', 'Rows that wait for the store.', ['writer']).of(name)
    this.#bytes = meter.gauge('writer_spilled_bytes', 'Bytes of rows on the local disk that wait for the store.', ['writer']).of(name)
    const dropped = meter.counter('writer_dropped_total', 'Rows that were lost: neither the store nor the local disk took them.', ['writer']).of(name)
    this.#dropped = rows => {
      dropped(rows)
      health.lost(name, rows)
    }
    this.#dropped(0)
    this.close = health.check(name, () => Promise.resolve(this.#storeIsAway || this.#diskIsFull ? 'down' : 'ok'))
  }

  show(rows: number, bytes: number): void {
    this.#length(rows)
    this.#bytes(bytes)
  }

  stored(): void {
    if (this.#storeIsAway) this.#log.info({ writer: this.#name }, 'the store takes records again')
    this.#storeIsAway = false
  }

  failed(cause: unknown): void {
    this.#storeIsAway = true
    this.#warn('the store takes no records; they wait on the local disk', { err: cause })
  }

  written(): void {
    this.#diskIsFull = false
  }

  /** What the disk refused is in the store, and what comes next has room in memory. */
  needsNoDisk(): void {
    this.#diskIsFull = false
  }

  /** @param lost of the rows that the disk did not take, those that nothing else holds */
  refused(lost: number, cause: unknown): void {
    this.#diskIsFull = true
    this.#dropped(lost)
    this.#warn(lost === 0 ? 'the local disk takes no records; they wait in memory' : 'records are lost: neither the store nor the local disk takes them', {
      err: cause,
      lost,
    })
  }

  /** A row that the store takes by no means. */
  rejected(id: string, cause: unknown): void {
    this.#dropped(1)
    this.#log.error({ writer: this.#name, record: id, err: cause }, 'a record is lost: the store refuses it')
  }

  #warn(message: string, facts: object): void {
    const now = this.#clock.elapsed()
    const last = this.#warnedAt.get(message)
    if (last !== undefined && now - last < warnEveryMs) return
    this.#warnedAt.set(message, now)
    this.#log.warn({ writer: this.#name, ...facts }, message)
  }
}
