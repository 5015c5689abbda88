/** What the cache does at each phase of an exchange. */

import { hash } from 'node:crypto'
import { slot, type Clock, type Exchange, type OptionsOf, type Reply, type Target, type VectorStore } from '../../core/index.ts'
import { digestOf, list } from '../shared/cache/digest.ts'
import { leavesOut, thresholdOf, ttlMs } from '../shared/cache/directives.ts'
import { concernsCaches, mayBeCached } from '../shared/cache/eligible.ts'
import { decodeEntry, encodeEntry, type Entry } from '../shared/cache/entry.ts'
import { hit, record } from '../shared/cache/hit.ts'
import { plainEntry, streamEntry } from '../shared/cache/keepable.ts'
import type { CacheMeters, CacheResult } from '../shared/cache/meters.ts'
import type { Recording } from '../shared/cache/recording.ts'
import type { WriteQueue } from '../shared/cache/write-queue.ts'
import type { Embedder } from './embedder.ts'
import { questionOf } from './question.ts'
import type { schema } from './schema.ts'
import type { Search, Sought } from './search.ts'

/** Changes when entries of an older version would be wrong. */
const version = 'semantic-2'

const operations: ReadonlySet<string> = new Set(['chat', 'responses', 'messages'])

/** A request that was looked for in vain. */
interface Missed {
  readonly namespace: string
  readonly text: string
  readonly vector: Float32Array
  readonly model: string
  readonly ttlMs: number
  /** Of a stream. */
  readonly recording: Recording | undefined
  /** How often the cache had been cleared. */
  readonly clearings: number
}

export interface SemanticCacheDeps {
  readonly options: OptionsOf<typeof schema>
  readonly search: Search
  readonly embedder: Pick<Embedder, 'name' | 'takes'>
  readonly vectors: Pick<VectorStore, 'put'>
  readonly writes: WriteQueue
  readonly clock: Clock
  readonly meters: CacheMeters
}

export class SemanticCache {
  readonly #deps: SemanticCacheDeps
  readonly #missed = slot<Missed>()
  #clearings = 0

  constructor(deps: SemanticCacheDeps) {
    this.#deps = deps
  }

  lookup(exchange: Exchange): undefined | Promise<Reply | undefined> {
    const [target] = exchange.targets
    if (target === undefined || !concernsCaches(exchange, operations)) return undefined
    const sought = this.#sought(exchange, target)
    return sought === undefined ? this.#without('bypass', exchange) : this.#find(exchange, target, sought)
  }

  /** A plain answer is about to leave. */
  keepPlain(exchange: Exchange): void {
    const missed = this.#missed.get(exchange)
    if (missed !== undefined && !exchange.streamed) this.#keep(missed, plainEntry(exchange, this.#deps.options.max_entry_bytes))
  }

  /** A stream has left. */
  keepStream(exchange: Exchange): void {
    const missed = this.#missed.get(exchange)
    if (missed?.recording !== undefined) this.#keep(missed, streamEntry(exchange, missed.recording))
  }

  /** The cache is being cleared: what is under way is not kept, either. */
  clear(): void {
    this.#clearings += 1
  }

  /** @returns undefined for a request that this cache does not look at */
  #sought(exchange: Exchange, target: Target): Sought | undefined {
    const { options, embedder } = this.#deps
    const { headers } = exchange.request
    if (leavesOut(headers, 'semantic') || !mayBeCached(exchange, options.streaming)) return undefined
    const question = questionOf(exchange, { maxMessages: options.max_conversation_messages, withoutSystem: options.exclude_system_prompt })
    if (question === undefined || !embedder.takes(question.text)) return undefined
    const { text, rest } = question
    const namespace = digestOf({ version, exchange, target, body: rest.root, partition: options.partition, further: [embedder.name] })
    return namespace === undefined ? undefined : { text, namespace, threshold: thresholdOf(headers, options.similarity_threshold) }
  }

  async #find(exchange: Exchange, target: Target, sought: Sought): Promise<Reply | undefined> {
    const found = await this.#deps.search.find(sought, exchange)
    if (typeof found === 'string') return this.#without(found, exchange)
    const entry = found.body === undefined ? undefined : await this.#decoded(found.body)
    if (entry !== undefined) return this.#hit(exchange, entry)
    this.#miss(exchange, { ...sought, vector: found.vector, model: `${target.provider.name}/${target.model}` })
    return undefined
  }

  /** What cannot be read is none; the answer that is fetched instead takes its place. */
  async #decoded(body: Buffer): Promise<Entry | undefined> {
    try {
      return await decodeEntry(body)
    } catch (cause) {
      this.#deps.search.complain(cause)
      return undefined
    }
  }

  #hit(exchange: Exchange, entry: Entry): Reply {
    this.#deps.meters.count('hit')
    return hit(exchange, entry, 'semantic', this.#deps.options.replay)
  }

  #miss(exchange: Exchange, missed: Pick<Missed, 'namespace' | 'text' | 'vector' | 'model'>): void {
    const { options, meters } = this.#deps
    const recording = exchange.streamed ? record(exchange, options.max_entry_bytes) : undefined
    this.#missed.set(exchange, { ...missed, ttlMs: ttlMs(exchange.request.headers, options.ttl), recording, clearings: this.#clearings })
    exchange.cache = 'miss'
    meters.count('miss')
  }

  /** What another cache said of the request stands. */
  #without(result: Exclude<CacheResult, 'hit' | 'miss'>, exchange: Exchange): undefined {
    exchange.cache ??= result
    this.#deps.meters.count(result)
  }

  #keep({ namespace, text, vector, model, ttlMs: livesMs, clearings }: Missed, entry: Entry | undefined): void {
    if (entry === undefined || clearings !== this.#clearings) return
    const { writes, vectors, clock } = this.#deps
    const id = hash('sha256', list([text, namespace]))
    const expiresAt = livesMs === 0 ? 0 : Math.ceil((clock.now() + livesMs) / 1000)
    writes.add(async signal => await vectors.put({ id, namespace, vector, model, expiresAt, body: await encodeEntry(entry) }, signal))
  }
}
