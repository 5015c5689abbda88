/** Where answers are kept, and the caches that keep them. */

/** Bytes kept for a while under a key. */
export interface CacheStore {
  /** Connects; asked by every cache that is on, before it serves. A store that nobody uses is never asked. Must not fail where what it connects to is away. */
  open?(): Promise<void>
  get(key: string): Buffer | undefined | Promise<Buffer | undefined>
  set(key: string, value: Buffer, ttlMs: number): void | Promise<void>
  delete(key: string): void | Promise<void>
  /** Forgets what is kept under keys that begin so, and that are wanted. A store may be without; then nobody can clear it. */
  clear?(prefix: string, isWanted?: (key: string) => boolean): void | Promise<void>
}

/** A cache of answers that stands in pipelines. */
export interface CacheLayer {
  readonly name: 'exact' | 'semantic'
  readonly facts: CacheLayerFacts
  /** Forgets all answers, or those of a model: its id, or `provider/model`. */
  clear(model: string | undefined): void | Promise<void>
}

/** How a cache is configured, as administrators see it. */
export interface CacheLayerFacts {
  /** How long an answer lives; 0 is for ever. */
  readonly ttl_seconds: number
  /** Longer answers are not kept. */
  readonly max_entry_bytes: number
  /** Whether streams are kept, too. */
  readonly streams: boolean
  /** Which model says what means the same: `provider/model`. */
  readonly embedder?: string
  /** How near that must be. */
  readonly similarity_threshold?: number
}

/** The caches of answers, for administrators. */
export interface CacheLayers {
  /** @returns how to withdraw it */
  add(layer: CacheLayer): () => void
}
