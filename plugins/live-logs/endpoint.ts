/** `GET /admin/live/logs`: the events as a reply without an end. */

import { Reply, type AdminCall, type AdminEndpoint, type Exchange } from '../../core/index.ts'
import { definition } from '../shared/admin/definition.ts'
import { invalidValue } from '../../core/errors.ts'
import file from '../../schemas/admin/live.schema.json' with { type: 'json' }
import type { LiveHub, Wish } from './live-hub.ts'
import type { Subscriber } from './subscriber.ts'

const caching = 'no-cache, no-transform'
const kinds: readonly string[] = ['audit', 'usage']

export interface EndpointDeps {
  /** Undefined while nobody may look. */
  readonly hub: LiveHub | undefined
  /** Whether the gateway begins to end: whoever comes is told, and sent away. */
  isEnding(): boolean
}

export function liveEndpoint({ hub, isEnding }: EndpointDeps): AdminEndpoint {
  return {
    method: 'GET',
    path: '/live/logs',
    scope: 'global',
    summary: 'What happens to requests and to their records, as server-sent events in real time.',
    query: {
      type: 'object',
      properties: {
        cursor: {
          type: 'integer',
          minimum: 0,
          description: 'The `seq` of the last event that you have; 0, or nothing, if you have none. The header `Last-Event-ID` says the same, and counts more.',
        },
        replica: {
          type: 'string',
          minLength: 1,
          maxLength: 300,
          description: 'The `replica_id` of that event: for another process, the cursor means nothing. Whoever names one comes back, be it with 0.',
        },
        types: {
          type: 'string',
          pattern: '^(audit|usage)(,(audit|usage))*$',
          description: 'Of what: `audit`, `usage`, or both as `audit,usage`, as without this.',
        },
      },
    },
    produces: ['text/event-stream'],
    response: definition(file, 'LiveEvent'),
    unavailable: () => (hub === undefined ? 'the live logs are switched off' : undefined),
    handle(call) {
      call.exchange.throwIfStopped()
      const { exchange } = call
      const wish = wishOf(call)
      const subscriber = isHead(exchange) ? undefined : hub?.subscribe(wish)
      if (isEnding()) hub?.dismiss('shutdown')
      if (subscriber !== undefined) endWith(exchange, subscriber)
      return answer(exchange, subscriber)
    },
  }
}

/** @throws GatewayError for a header that says no number */
function wishOf({
  query: { cursor = 0, replica, types },
  exchange: {
    request: { headers },
  },
}: AdminCall): Wish {
  const asked = typeof types === 'string' ? types.split(',') : kinds
  return { cursor: lastEventId(headers['last-event-id']) ?? Number(cursor), replica: replica as string | undefined, kinds: new Set(asked) }
}

/** Of a client that comes back by itself, as browsers do, it is newer than what its address says. */
function lastEventId(given: string | string[] | undefined): number | undefined {
  if (given === undefined || given === '') return undefined
  if (!/^\d{1,15}$/.test(String(given))) throw invalidValue('Last-Event-ID', 'Last-Event-ID must be the number of an event')
  return Number(given)
}

/** A caller may leave before their answer begins. */
function endWith(exchange: Exchange, subscriber: Subscriber): void {
  exchange.whenStopped(reason => {
    if (exchange.gone) subscriber.abort()
    else subscriber.cut(reason)
  })
}

function isHead({ request: { method } }: Exchange): boolean {
  return method === 'HEAD'
}

/** The door of the admin API says `no-store` of every answer; of this one, something else is to be said to those in between. */
function answer({ replyHeaders }: Exchange, stream: Subscriber | undefined): Reply {
  const at = replyHeaders.findIndex((name, index) => index % 2 === 0 && name === 'Cache-Control')
  if (at >= 0) replyHeaders[at + 1] = caching
  const headers = ['Content-Type', 'text/event-stream; charset=utf-8', ...(at >= 0 ? [] : ['Cache-Control', caching]), 'X-Accel-Buffering', 'no']
  return new Reply({ status: 200, headers, ...(stream === undefined ? { body: Buffer.alloc(0) } : { stream }) })
}
