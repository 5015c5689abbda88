/** What the cache does at each phase of an exchange. */

import { slot, type Exchange, type OptionsOf, type Reply } from '../../core/index.ts'
import { leavesOut, ttlMs } from '../shared/cache/directives.ts'
import { concernsCaches, mayBeCached } from '../shared/cache/eligible.ts'
import type { Entry } from '../shared/cache/entry.ts'
import { hit, record } from '../shared/cache/hit.ts'
import { plainEntry, streamEntry } from '../shared/cache/keepable.ts'
import type { CacheMeters, CacheResult } from '../shared/cache/meters.ts'
import type { Recording } from '../shared/cache/recording.ts'
import { Flights, type Landing } from './flights.ts'
import { cacheKey } from './key.ts'
import type { schema } from './schema.ts'
import type { EntryStore } from './entry-store.ts'

const operations: ReadonlySet<string> = new Set(['chat', 'responses', 'messages', 'embeddings'])

type Answer = Reply | undefined

/** A request that was looked for in vain. */
interface Missed {
  readonly key: string
  readonly ttlMs: number
  /** Of a stream. */
  readonly recording: Recording | undefined
  /** How often the cache had been cleared. */
  readonly clearings: number
}

export interface ExactCacheDeps {
  readonly options: OptionsOf<typeof schema>
  readonly entries: EntryStore
  readonly meters: CacheMeters
}

export class ExactCache {
  readonly #deps: ExactCacheDeps
  readonly #flights = new Flights()
  readonly #missed = slot<Missed>()
  #clearings = 0

  constructor(deps: ExactCacheDeps) {
    this.#deps = deps
  }

  lookup(exchange: Exchange): Answer | Promise<Answer> {
    const [target] = exchange.targets
    if (target === undefined || !concernsCaches(exchange, operations)) return undefined
    const {
      options: { streaming, partition },
      entries,
      meters,
    } = this.#deps
    if (leavesOut(exchange.request.headers, 'exact')) {
      // Another layer may still answer.
      meters.count('bypass')
      return undefined
    }
    const key = mayBeCached(exchange, streaming) ? cacheKey(exchange, target, partition) : undefined
    if (key === undefined) return this.#without('bypass', exchange)
    const entry = entries.read(key)
    return entry instanceof Promise ? entry.then(read => this.#found(exchange, key, read)) : this.#found(exchange, key, entry)
  }

  /** A plain answer is about to leave, or a stream that was collected: that is seen when it has left. */
  keepPlain(exchange: Exchange): void {
    const missed = this.#missed.get(exchange)
    if (missed === undefined || exchange.streamed) return
    const entry = plainEntry(exchange, this.#deps.options.max_entry_bytes)
    if (entry === undefined) return
    this.#flights.land(missed.key, exchange, entry)
    this.#keep(missed, entry)
  }

  keepStream(exchange: Exchange): void {
    const missed = this.#missed.get(exchange)
    const entry = missed?.recording === undefined ? undefined : streamEntry(exchange, missed.recording)
    if (missed !== undefined && entry !== undefined) this.#keep(missed, entry)
  }

  /** The cache is being cleared: what is under way is not kept, either. */
  clear(): void {
    this.#clearings += 1
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
    this.#miss(exchange, key, record(exchange, this.#deps.options.max_entry_bytes))
    return this.#without('miss', exchange)
  }

  #miss(exchange: Exchange, key: string, recording?: Recording): void {
    this.#missed.set(exchange, { key, ttlMs: ttlMs(exchange.request.headers, this.#deps.options.ttl), recording, clearings: this.#clearings })
  }

  #keep({ key, ttlMs: livesMs, clearings }: Missed, entry: Entry): void {
    if (clearings === this.#clearings) this.#deps.entries.write(key, entry, livesMs)
  }

  #landed(exchange: Exchange, landing: Landing): Answer {
    return typeof landing === 'string' ? this.#without('miss', exchange) : this.#hit(exchange, landing)
  }

  #hit(exchange: Exchange, entry: Entry): Reply {
    this.#deps.meters.count('hit')
    return hit(exchange, entry, 'exact', this.#deps.options.replay)
  }

  #without(result: Exclude<CacheResult, 'hit'>, exchange: Exchange): undefined {
    exchange.cache = result
    this.#deps.meters.count(result)
  }
}
