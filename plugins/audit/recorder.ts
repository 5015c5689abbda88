/** Writes one row for each request, once its reply has left. */

import type { Clock, Exchange } from '../../core/index.ts'
import { Trace } from '../../core/pipeline/trace.ts'
import type { JournalWriter } from '../shared/journal/journal-writer.ts'
import { finishedLater, type Bodies } from './bodies.ts'
import type { AuditRow } from './journal.ts'
import type { LiveAudit } from './live-audit.ts'
import { nameRow, rowOf, type RowOptions } from './row.ts'

/** Larger bodies are made into text when their row is stored, not while their request's turn lasts. */
const largeBytes = 16 * 1024
/** They are stored when they take up so much memory. */
const heldBytes = 4 * 1024 * 1024
/** Requests that were turned away for lack of room: so many rows in a second, the others are counted only. */
const shedRows = 10
const shedMs = 1000

/** What is no model's affair: neither asked of one, nor kept for it. */
const houseOperations: ReadonlySet<string> = new Set([
  'admin',
  'api-page',
  'auth-verify',
  'dashboard',
  'health',
  'metrics',
  'models',
  'unknown',
  'usage-report',
  'version',
])

export interface RecorderOptions extends RowOptions {
  readonly onlyModelInteractions: boolean
  readonly bodies: Bodies | undefined
  /** Undefined where nobody can look while it happens. */
  readonly live?: LiveAudit | undefined
  readonly clock: Clock
  readonly writer: Pick<JournalWriter<AuditRow>, 'add' | 'addLate' | 'flush'>
}

export class Recorder {
  readonly #options: RecorderOptions
  #pendingBytes = 0
  #shedSince = Number.NEGATIVE_INFINITY
  #shed = 0

  constructor(options: RecorderOptions) {
    this.#options = options
  }

  /** A request came. */
  open(exchange: Exchange): void {
    if (!this.#isRecorded(exchange)) return
    nameRow(exchange)
    exchange.trace = new Trace()
    // What administrators send and are shown may be a secret, such as a key that was just made.
    if (exchange.operation !== 'admin') this.#options.bodies?.open(exchange)
    if (this.#options.live?.isWatched === true) this.#options.live.opened(exchange)
  }

  /** Its reply has left, or the caller has. */
  close(exchange: Exchange): void {
    if (!this.#isRecorded(exchange)) return
    if (!this.#isShed(exchange)) this.#add(exchange, rowOf(exchange, this.#options))
    else if (this.#options.live?.isWatched === true) this.#options.live.removed(exchange)
  }

  /** A row that is written whatever else is. @param event what `data` says beside */
  closeEvent(exchange: Exchange, event: Readonly<Record<string, unknown>>): void {
    const plain = rowOf(exchange, this.#options)
    const row = { ...plain, data: { ...plain.data, ...event } }
    if (this.#options.live?.isWatched === true) this.#options.live.completed(row)
    this.#options.writer.add(row)
  }

  #add(exchange: Exchange, plain: AuditRow): void {
    const { bodies, writer, live } = this.#options
    if (live?.isWatched === true) live.completed(plain)
    if (bodies === undefined) return writer.add(plain)
    const { finish, bytes } = bodies.attach(exchange, plain)
    if (bytes <= largeBytes) return writer.add(finish())
    writer.addLate(finishedLater(plain, finish))
    this.#pendingBytes += bytes
    if (this.#pendingBytes < heldBytes) return
    this.#pendingBytes = 0
    void writer.flush()
  }

  #isRecorded({ operation }: Exchange): boolean {
    return !this.#options.onlyModelInteractions || !houseOperations.has(operation)
  }

  #isShed({ error, clock }: Exchange): boolean {
    if (error?.code !== 'overloaded') return false
    const now = clock.elapsed()
    if (now - this.#shedSince >= shedMs) {
      this.#shedSince = now
      this.#shed = 0
    }
    this.#shed += 1
    return this.#shed > shedRows
  }
}
