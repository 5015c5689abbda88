/** A kept answer that leaves once more. */

import type { CacheLayer } from '../../../core/services/caches.ts'
import type { Exchange } from '../../../core/pipeline/exchange.ts'
import { Reply } from '../../../core/upstream/reply.ts'
import { paceOf, type Pace } from './directives.ts'
import type { Entry } from './entry.ts'
import { Recording } from './recording.ts'
import { Replay } from './replay.ts'

/** Answers an exchange with an entry, and says so. @param pace of a stream, unless the caller asks for another */
export function hit(exchange: Exchange, entry: Entry, layer: CacheLayer['name'], pace: Pace): Reply {
  const { clock, dialect, operation, body: request } = exchange
  exchange.cache = 'hit'
  exchange.cacheLayer = layer
  exchange.replyHeaders.push(...entry.headers, 'X-Cache', `HIT (${layer})`, 'Age', String(Math.max(0, Math.floor((clock.now() - entry.createdAt) / 1000))))
  const { status, contentType, usage, marks } = entry
  const body = request === undefined ? entry.body : (dialect?.renewed?.(entry.body, request, operation) ?? entry.body)
  const [target] = exchange.targets
  const facts = { status, headers: ['Content-Type', contentType], ...(target === undefined ? {} : { target }) }
  if (!exchange.streamed) return new Reply({ ...facts, body, ...(usage === undefined ? {} : { usage: () => usage }) })
  const stream = new Replay(clock, body, marks, paceOf(exchange.request.headers, pace))
  return new Reply({ ...facts, stream, framing: 'events', usage: () => usage, ending: () => (stream.isOver ? 'complete' : 'cut') })
}

/** Catches what the client will be sent, beside whoever else does. */
export function record(exchange: Exchange, mostBytes: number): Recording {
  const recording = new Recording(exchange.clock, mostBytes)
  exchange.copyTo(recording.take)
  return recording
}
