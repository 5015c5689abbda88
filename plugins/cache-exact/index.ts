/** Answers a request that is equal to an earlier one with the answer that it got then. Streams go by. */

import { definePlugin, gatewayError, headerIn, Reply, slot, type Exchange } from '../../core/index.ts'
import { bypasses, ttlMs } from './directives.ts'
import type { Entry } from './entry.ts'
import { Flights, type Landing } from './flights.ts'
import { cacheKey, isOfModel, prefix } from './key.ts'
import { schema } from './schema.ts'
import { Shelf } from './shelf.ts'

const operations: ReadonlySet<string> = new Set(['chat', 'responses', 'messages', 'embeddings'])
/** The answer depends on state outside the body if one of these says something. */
const stateful = ['background', 'previous_response_id', 'conversation'] as const

/** A request that was looked for in vain. */
interface Missed {
  readonly key: string
  readonly ttlMs: number
}

export default definePlugin({
  name: 'cache-exact',
  description: 'Answers equal requests from a cache.',
  schema,
  presence: 'cache.response.simple',
  needs: ['cache', 'cacheLayers'],
  onError: 'open',
  // Who waits for an identical call waits as long as that call may take.
  timeoutMs: 0,
  edits: false,
  setup({ options, services: { cache, cacheLayers, clock, meter }, log }) {
    const shelf = new Shelf(cache, clock, log)
    const flights = new Flights()
    const missed = slot<Missed>()
    const count = meter.counter('cache_requests_total', 'Requests that could be answered from a cache, by what came of it.', ['layer', 'result'])
    const note = (exchange: Exchange, result: 'hit' | 'miss' | 'bypass' | 'error') => {
      exchange.cache = result
      count(1, 'exact', result)
    }

    const hit = (exchange: Exchange, { contentType, body, createdAt }: Entry): Reply => {
      note(exchange, 'hit')
      exchange.replyHeaders.push('X-Cache', 'HIT (exact)', 'Age', String(Math.max(0, Math.floor((clock.now() - createdAt) / 1000))))
      const [target] = exchange.targets
      return new Reply({ status: 200, headers: ['Content-Type', contentType], body, ...(target === undefined ? {} : { target }) })
    }
    const landed = (exchange: Exchange, landing: Landing): Reply | undefined => {
      if (typeof landing !== 'string') return hit(exchange, landing)
      note(exchange, 'miss')
      return undefined
    }
    const found = (exchange: Exchange, key: string, entry: Entry | undefined | 'failed'): Reply | undefined | Promise<Reply | undefined> => {
      if (entry === 'failed') {
        note(exchange, 'error')
        return undefined
      }
      if (entry !== undefined) return hit(exchange, entry)
      missed.set(exchange, { key, ttlMs: ttlMs(exchange.request.headers, options.ttl) })
      return flights.board(key, exchange)?.then(landing => landed(exchange, landing)) ?? landed(exchange, 'lead')
    }

    const withdraw = cacheLayers.add({
      name: 'exact',
      clear(model) {
        if (cache.clear === undefined) throw gatewayError('feature_unavailable', 'the store of the cache forgets nothing before its time')
        return cache.clear(prefix, model === undefined ? undefined : key => isOfModel(key, model))
      },
    })

    return {
      async open() {
        await cache.open?.()
      },
      close: withdraw,

      lookup(exchange) {
        const [target] = exchange.targets
        if (target === undefined || exchange.request.method !== 'POST' || !operations.has(exchange.operation)) return undefined
        const partition = options.partition === 'user_path' ? exchange.userPath : ''
        const key = mayBeCached(exchange) ? cacheKey(exchange, target, partition) : undefined
        if (key === undefined) return note(exchange, 'bypass')
        const entry = shelf.read(key)
        return entry instanceof Promise ? entry.then(read => found(exchange, key, read)) : found(exchange, key, entry)
      },

      response(exchange) {
        const miss = missed.get(exchange)
        const entry = miss === undefined ? undefined : entryOf(exchange, options.max_entry_bytes)
        if (miss === undefined || entry === undefined) return
        flights.land(miss.key, exchange, entry)
        shelf.write(miss.key, entry, miss.ttlMs)
      },
      stream: 'pass',

      /** Whoever still waits for this exchange waits in vain. */
      complete(exchange) {
        const miss = missed.get(exchange)
        if (miss !== undefined) flights.leave(miss.key, exchange)
      },
    }
  },
})

/** Another plugin may have said before that this request is none for a cache. */
function mayBeCached({ streamed, cache, body, request: { headers } }: Exchange): boolean {
  return !streamed && cache !== 'bypass' && !bypasses(headers) && !stateful.some(name => says(body?.root.get(name)?.json()))
}

function says(json: string | undefined): boolean {
  return json !== undefined && json !== 'null' && json !== 'false'
}

/**
 * The answer as it may be kept; undefined for one that may not. After a failover the answer is another target's than
 * the key says.
 */
function entryOf({ reply, attempts, cache, clock, gone }: Exchange, mostBytes: number): Entry | undefined {
  if (reply?.target === undefined || reply.status !== 200 || cache !== 'miss' || gone) return undefined
  if (attempts.some(({ kind }) => kind === 'failover')) return undefined
  const { body, headers, target } = reply
  if (body === undefined || body.length === 0 || body.length > mostBytes || !isJson(reply)) return undefined
  return { contentType: headerIn(headers, 'Content-Type') ?? 'application/json', body, createdAt: clock.now(), model: target.model, provider: target.provider.name }
}

function isJson(reply: Reply): boolean {
  try {
    return reply.document !== undefined
  } catch {
    return false
  }
}
