/** What the stream of live logs is made of. Made by schemas/generate.ts; edit live.schema.json instead. */

/**
 * What the stream of live logs is made of
 */
export interface LiveBodies {
  [k: string]: unknown
}
/**
 * What stands behind `data:` of each event.
 *
 * This interface was referenced by `LiveBodies`'s JSON-Schema
 * via the `definition` "LiveEvent".
 */
export interface LiveEvent {
  /**
   * Where to go on from: of what is shown to those who come, and of what is no news of a request, the number of the last event.
   */
  seq: number
  type:
    | 'audit.started'
    | 'audit.updated'
    | 'audit.stream'
    | 'audit.completed'
    | 'audit.flushed'
    | 'audit.failed'
    | 'audit.removed'
    | 'usage.completed'
    | 'usage.flushed'
    | 'usage.failed'
    | 'heartbeat'
    | 'reset'
    | 'bye'
  /**
   * Null of what is about no request.
   */
  request_id: string | null
  /**
   * When it happened.
   */
  timestamp: string
  data: LiveData
}
/**
 * An entry of the audit log or of the usage log, as far as it is known; without bodies.
 *
 * This interface was referenced by `LiveBodies`'s JSON-Schema
 * via the `definition` "LiveData".
 */
export interface LiveData {
  /**
   * The process that tells it; another one after each start.
   */
  replica_id: string
  /**
   * The type of the event.
   */
  _live_state?: string
  /**
   * Whether more will be told of it.
   */
  _live_pending?: boolean
  /**
   * Of `bye`.
   */
  reason?: 'shutdown' | 'reload'
  [k: string]: unknown
}
