/** Events as they are sent: server-sent events with JSON in them. */

import type { LiveEvent } from '../../schemas/admin/live.schema.ts'
import type { SentEvent } from './event-buffer.ts'

const terminal = /\.(flushed|failed|removed)$/

/** What is about a request. */
export function spelled({ seq, type, request_id, timestamp, data }: LiveEvent): SentEvent {
  const event: LiveEvent = { seq, type, request_id, timestamp, data: { ...data, _live_state: type, _live_pending: !terminal.test(type) } }
  return { seq, kind: type.slice(0, type.indexOf('.')), bytes: bytesOf(event) }
}

/** What everybody is told. */
export function notice(event: Omit<LiveEvent, 'request_id'>): SentEvent {
  return { seq: event.seq, kind: undefined, bytes: bytesOf({ ...event, request_id: null }) }
}

function bytesOf(event: LiveEvent): Buffer {
  return Buffer.from(`id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
}
