/** Which answers are kept, as entries. */

import { headerIn, headerPairs } from '../../../core/flat-headers.ts'
import type { Exchange } from '../../../core/pipeline/exchange.ts'
import type { Reply } from '../../../core/upstream/reply.ts'
import type { Entry } from './entry.ts'
import type { Recording } from './recording.ts'

/** What a hit says of how its answer came about; all else that a reply says is of its own call. */
const keptHeaders: ReadonlySet<string> = new Set(['x-tapline-dropped'])

/** A plain answer as it may be kept; undefined for one that may not. */
export function plainEntry(exchange: Exchange, mostBytes: number): Entry | undefined {
  const { reply, cache, gone } = exchange
  if (reply === undefined || reply.status !== 200 || cache !== 'miss' || gone) return undefined
  const { body, headers } = reply
  if (body === undefined || body.length === 0 || body.length > mostBytes || !isJson(reply)) return undefined
  return entryOf(exchange, body, headerIn(headers, 'Content-Type') ?? 'application/json')
}

/** A stream that has left, as it may be kept. What was ended by an error, by policy or by its client may not; nor may what was not ended. */
export function streamEntry(exchange: Exchange, recording: Recording): Entry | undefined {
  const { status, error, cache, gone, isStalled, dialect, sentHeaders, reply } = exchange
  if (dialect === undefined || status !== 200 || error !== undefined || cache !== 'miss' || gone || isStalled) return undefined
  const recorded = recording.whole(ownEvent(exchange))
  if (recorded === undefined) return undefined
  const { events, body, marks } = recorded
  const provider = reply?.target?.provider.name ?? ''
  if (events.some(event => event.malformed || dialect.stream.error(event, provider) !== undefined) || !events.some(({ document }) => document !== undefined))
    return undefined
  if (dialect.stream.isWhole?.(events) !== true) return undefined
  return entryOf(exchange, body, headerIn(sentHeaders, 'Content-Type') ?? 'text/event-stream; charset=utf-8', marks)
}

/** The event by which the gateway itself says that it is there, where it does: not in a provider's own stream that goes by. */
function ownEvent({ attempts, plan, answeredBy, dialect }: Exchange): string | undefined {
  const goesBy = attempts.at(-1)?.translation === undefined && !plan.streamFrom(answeredBy, dialect).buffered
  return goesBy ? undefined : dialect?.stream.idle?.event
}

/** After a failover the answer is another target's than the key says; without a target, policy gave it. */
function entryOf(exchange: Exchange, body: Buffer, contentType: string, marks?: readonly number[]): Entry | undefined {
  const { reply, attempts, clock, replyHeaders } = exchange
  if (reply?.target === undefined || attempts.some(({ kind }) => kind === 'failover') || passedUnguarded(exchange)) return undefined
  const {
    target: { model, provider },
  } = reply
  const headers = headerPairs(replyHeaders)
    .filter(([name]) => keptHeaders.has(name.toLowerCase()))
    .flat()
  const usage = exchange.usage ?? reply.usage
  return {
    status: 200,
    contentType,
    headers,
    body,
    createdAt: clock.now(),
    model,
    provider: provider.name,
    ...(usage === undefined ? {} : { usage }),
    ...(marks === undefined ? {} : { marks }),
  }
}

/** Policy failed open. It may be back by the time of a hit, and looks at none. */
function passedUnguarded({ failures, plan: { steps } }: Exchange): boolean {
  return failures.some(({ instance, phase }) => (phase === 'response' || phase === 'stream') && steps.some(({ name, guards }) => guards && name === instance))
}

function isJson(reply: Reply): boolean {
  try {
    return reply.document !== undefined
  } catch {
    return false
  }
}
