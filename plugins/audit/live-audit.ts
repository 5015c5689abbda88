/** Tells the service `live` what happens to requests and their rows. Where nobody looks, nothing of it is done. */

import type { Exchange, LiveFacts, LiveLog, LiveUnderWay, Pipelines } from '../../core/index.ts'
import { preview } from './api/view.ts'
import { auditJournal, type AuditRow } from './journal.ts'
import { rowSoFar } from './row.ts'

/** How often a stream says that it goes on, at most. */
const streamEveryMs = 1000

const { name: kind } = auditJournal

export class LiveAudit {
  readonly #live: LiveLog
  /** Told no more. */
  readonly end: () => void

  constructor(live: LiveLog, pipelines: Pick<Pipelines, 'exchanges'>) {
    this.#live = live
    this.end = live.showUnderWay(kind, () => pipelines.exchanges.filter(isOpen).map(exchange => ({ state: stateOf(exchange), ...soFar(exchange) })))
  }

  /** Whether it is worth telling. */
  get isWatched(): boolean {
    return this.#live.isWatched
  }

  /** A request came that will have a row. */
  opened(exchange: Exchange): void {
    const live = this.#live
    live.tell(kind, 'started', () => soFar(exchange))
    exchange.watchAttempts(() => live.tell(kind, 'updated', () => soFar(exchange)))
    // What tells of itself while it tells of others would put them out of order.
    if (exchange.operation !== 'admin') exchange.copyTo(progressOf(exchange, live))
  }

  /** It will have none. */
  removed(exchange: Exchange): void {
    this.#live.tell(kind, 'removed', () => soFar(exchange))
  }

  /** Its row is made, and not yet given to the writer. */
  completed(row: AuditRow): void {
    this.#live.completed(kind, row.id, () => ({ requestId: row.request_id, preview: preview(row) }))
  }
}

/** Its reply has begun; and, of a stream, goes on. */
function progressOf(exchange: Exchange, live: LiveLog): () => void {
  let toldAt: number | undefined
  return () => {
    const now = exchange.clock.elapsed()
    if (toldAt !== undefined && (!exchange.streamed || now - toldAt < streamEveryMs)) return
    live.tell(kind, toldAt === undefined ? 'updated' : 'stream', () => soFar(exchange))
    toldAt = now
  }
}

/** Whether it will have a row, and has none yet. */
function isOpen({ trace, completed, hasLeft }: Exchange): boolean {
  return trace !== undefined && !(completed && hasLeft)
}

function stateOf({ attempts, status, streamed }: Exchange): LiveUnderWay['state'] {
  if (status > 0 && streamed) return 'stream'
  return status > 0 || attempts.length > 0 ? 'updated' : 'started'
}

/** The row's id is not known before there is a row, nor the status before the reply begins. */
function soFar(exchange: Exchange): LiveFacts {
  const { id: _, status_code: status, ...shown } = preview(rowSoFar(exchange))
  return { requestId: exchange.id, preview: { ...shown, status_code: status === 0 ? null : status } }
}
