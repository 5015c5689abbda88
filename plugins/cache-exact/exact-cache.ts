/** What the cache does at each phase of an exchange. */

import { Reply, slot, type Clock, type Exchange, type OptionsOf } from '../../core/index.ts'
import { bypasses, paceOf, ttlMs } from './directives.ts'
import type { Entry } from './entry.ts'
import { Flights, type Landing } from './flights.ts'
import { plainEntry, streamEntry } from './keepable.ts'
import { cacheKey } from './key.ts'
import { Recording } from './recording.ts'
import { Replay } from './replay.ts'
import type { schema } from './schema.ts'
import type { Shelf } from './shelf.ts'

const operations: ReadonlySet<string> = new Set(['chat', 'responses', 'messages', 'embeddings'])
/** The answer depends on state outside the body if one of these says something. */
const stateful = ['background', 'previous_response_id', 'conversation'] as const

type Result = 'hit' | 'miss' | 'bypass' | 'error'
type Answer = Reply | undefined

/** A request that was looked for in vain. */
interface Missed {
  readonly key: string
  readonly ttlMs: number
  /** Of a stream. */
  readonly recording: Recording | undefined
}

export interface ExactCacheGround {
  readonly options: OptionsOf<typeof schema>
  readonly shelf: Shelf
  readonly clock: Clock
  count(result: Result): void
}

export class ExactCache {
  readonly #ground: ExactCacheGround
  readonly #flights = new Flights()
  readonly #missed = slot<Missed>()

  constructor(ground: ExactCacheGround) {
    this.#ground = ground
  }

  lookup(exchange: Exchange): Answer | Promise<Answer> {
    const [target] = exchange.targets
    if (target === undefined || exchange.request.method !== 'POST' || !operations.has(exchange.operation)) return undefined
    const { options: { streaming, partition }, shelf } = this.#ground
    const key = mayBeCached(exchange, streaming) ? cacheKey(exchange, target, partition === 'user_path' ? exchange.userPath : '') : undefined
    if (key === undefined) return this.#without('bypass', exchange)
    const entry = shelf.read(key)
    return entry instanceof Promise ? entry.then(read => this.#found(exchange, key, read)) : this.#found(exchange, key, entry)
  }

  /** A plain answer is about to leave, or a stream that was collected: that is seen when it has left. */
  keepPlain(exchange: Exchange): void {
    const missed = this.#missed.get(exchange)
    if (missed === undefined || exchange.streamed) return
    const entry = plainEntry(exchange, this.#ground.options.max_entry_bytes)
    if (entry === undefined) return
    this.#flights.land(missed.key, exchange, entry)
    this.#ground.shelf.write(missed.key, entry, missed.ttlMs)
  }

  keepStream(exchange: Exchange): void {
    const missed = this.#missed.get(exchange)
    const entry = missed?.recording === undefined ? undefined : streamEntry(exchange, missed.recording)
    if (missed !== undefined && entry !== undefined) this.#ground.shelf.write(missed.key, entry, missed.ttlMs)
  }

  /** Whoever still waits for this exchange waits in vain. */
  leave(exchange: Exchange): void {
    const missed = this.#missed.get(exchange)
    if (missed !== undefined) this.#flights.leave(missed.key, exchange)
  }

  #found(exchange: Exchange, key: string, entry: Entry | undefined | 'failed'): Answer | Promise<Answer> {
    if (entry === 'failed') return this.#without('error', exchange)
    if (entry !== undefined) return this.#hit(exchange, entry)
    return exchange.streamed ? this.#missStream(exchange, key) : this.#missPlain(exchange, key)
  }

  #missPlain(exchange: Exchange, key: string): Answer | Promise<Answer> {
    this.#miss(exchange, key)
    return this.#flights.board(key, exchange)?.then(landing => this.#landed(exchange, landing)) ?? this.#without('miss', exchange)
  }

  /** A stream is recorded as it leaves, and nobody waits for that of another. */
  #missStream(exchange: Exchange, key: string): Answer {
    this.#miss(exchange, key, record(exchange, this.#ground.options.max_entry_bytes))
    return this.#without('miss', exchange)
  }

  #miss(exchange: Exchange, key: string, recording?: Recording): void {
    this.#missed.set(exchange, { key, ttlMs: ttlMs(exchange.request.headers, this.#ground.options.ttl), recording })
  }

  #landed(exchange: Exchange, landing: Landing): Answer {
    return typeof landing === 'string' ? this.#without('miss', exchange) : this.#hit(exchange, landing)
  }

  #hit(exchange: Exchange, entry: Entry): Reply {
    this.#note('hit', exchange)
    const { clock } = this.#ground
    exchange.replyHeaders.push(...entry.headers, 'X-Cache', 'HIT (exact)', 'Age', String(Math.max(0, Math.floor((clock.now() - entry.createdAt) / 1000))))
    const { status, contentType, body, usage, marks } = entry
    const [target] = exchange.targets
    const facts = { status, headers: ['Content-Type', contentType], ...(usage === undefined ? {} : { usage: () => usage }), ...(target === undefined ? {} : { target }) }
    if (!exchange.streamed) return new Reply({ ...facts, body })
    const stream = new Replay(clock, body, marks, paceOf(exchange.request.headers, this.#ground.options.replay))
    return new Reply({ ...facts, stream, framing: 'events', ending: () => 'complete' })
  }

  #without(result: Exclude<Result, 'hit'>, exchange: Exchange): undefined {
    this.#note(result, exchange)
  }

  #note(result: Result, exchange: Exchange): void {
    exchange.cache = result
    this.#ground.count(result)
  }
}

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
  const recording = new Recording(exchange.clock, mostBytes)
  exchange.copyTo(recording.take)
  return recording
}
