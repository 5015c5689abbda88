/** Answers a request that is equal to an earlier one with the answer that it got then: streams with streams. */

import { definePlugin, gatewayError, Reply, slot, type Exchange } from '../../core/index.ts'
import { bypasses, paceOf, ttlMs } from './directives.ts'
import type { Entry } from './entry.ts'
import { Flights, type Landing } from './flights.ts'
import { plainEntry, streamEntry } from './keepable.ts'
import { cacheKey, isOfModel, prefix } from './key.ts'
import { Recording } from './recording.ts'
import { Replay } from './replay.ts'
import { schema } from './schema.ts'
import { Shelf } from './shelf.ts'

const operations: ReadonlySet<string> = new Set(['chat', 'responses', 'messages', 'embeddings'])
/** The answer depends on state outside the body if one of these says something. */
const stateful = ['background', 'previous_response_id', 'conversation'] as const

/** A request that was looked for in vain. */
interface Missed {
  readonly key: string
  readonly ttlMs: number
  /** Of a stream. */
  readonly recording: Recording | undefined
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

    const hit = (exchange: Exchange, { status, contentType, headers, body, createdAt, usage, marks }: Entry): Reply => {
      note(exchange, 'hit')
      exchange.replyHeaders.push(...headers, 'X-Cache', 'HIT (exact)', 'Age', String(Math.max(0, Math.floor((clock.now() - createdAt) / 1000))))
      const [target] = exchange.targets
      const facts = { status, headers: ['Content-Type', contentType], ...(usage === undefined ? {} : { usage: () => usage }), ...(target === undefined ? {} : { target }) }
      if (!exchange.streamed) return new Reply({ ...facts, body })
      return new Reply({ ...facts, stream: new Replay(clock, body, marks, paceOf(exchange.request.headers, options.replay)), framing: 'events', ending: () => 'complete' })
    }
    /** A stream is recorded as it leaves, and nobody waits for that of another. */
    const miss = (exchange: Exchange, key: string): Reply | undefined | Promise<Reply | undefined> => {
      const recording = exchange.streamed ? record(exchange, options.max_entry_bytes) : undefined
      missed.set(exchange, { key, ttlMs: ttlMs(exchange.request.headers, options.ttl), recording })
      return (recording === undefined ? flights.board(key, exchange)?.then(landing => landed(exchange, landing)) : undefined) ?? landed(exchange, 'lead')
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
      return entry === undefined ? miss(exchange, key) : hit(exchange, entry)
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
        const key = mayBeCached(exchange, options.streaming) ? cacheKey(exchange, target, partition) : undefined
        if (key === undefined) return note(exchange, 'bypass')
        const entry = shelf.read(key)
        return entry instanceof Promise ? entry.then(read => found(exchange, key, read)) : found(exchange, key, entry)
      },

      response(exchange) {
        const miss = missed.get(exchange)
        const entry = miss === undefined || exchange.streamed ? undefined : plainEntry(exchange, options.max_entry_bytes)
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

      finished(exchange) {
        const miss = missed.get(exchange)
        const entry = miss?.recording === undefined ? undefined : streamEntry(exchange, miss.recording)
        if (miss !== undefined && entry !== undefined) shelf.write(miss.key, entry, miss.ttlMs)
      },
    }
  },
})

/** Another plugin may have said before that this request is none for a cache. */
function mayBeCached({ streamed, cache, dialect, body, request: { headers } }: Exchange, streamsMay: boolean): boolean {
  if (streamed && !(streamsMay && dialect?.stream.isWhole !== undefined)) return false
  return cache !== 'bypass' && !bypasses(headers) && !stateful.some(name => says(body?.root.get(name)?.json()))
}

function says(json: string | undefined): boolean {
  return json !== undefined && json !== 'null' && json !== 'false'
}

/** Catches what the client will be sent, beside whoever else does. */
function record(exchange: Exchange, mostBytes: number): Recording {
  const { copy, clock } = exchange
  const recording = new Recording(clock, mostBytes)
  exchange.copy = copy === undefined ? recording.take : bytes => {
    copy(bytes)
    recording.take(bytes)
  }
  return recording
}
