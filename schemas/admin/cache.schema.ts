/** What the caches of answers saved. Made by schemas/generate.ts; edit cache.schema.json instead. */

/**
 * What the caches of answers saved
 */
export interface CacheBodies {
  [k: string]: unknown
}
/**
 * What the caches of answers saved.
 *
 * This interface was referenced by `CacheBodies`'s JSON-Schema
 * via the `definition` "CacheOverview".
 */
export interface CacheOverview {
  summary: CacheSummary
  /**
   * Days without a hit are left out.
   */
  daily: CacheDay[]
  /**
   * The caches that are on.
   */
  layers: CacheLayerView[]
}
/**
 * All hits of the days that were asked for.
 *
 * This interface was referenced by `CacheBodies`'s JSON-Schema
 * via the `definition` "CacheSummary".
 */
export interface CacheSummary {
  total_hits: number
  exact_hits: number
  semantic_hits: number
  total_input_tokens: number
  total_output_tokens: number
  total_tokens: number
  /**
   * USD that the answers would have cost; null where nobody knows.
   */
  total_saved_cost: number | null
}
/**
 * The hits of one day.
 *
 * This interface was referenced by `CacheBodies`'s JSON-Schema
 * via the `definition` "CacheDay".
 */
export interface CacheDay {
  date: string
  hits: number
  exact_hits: number
  semantic_hits: number
  input_tokens: number
  output_tokens: number
  total_tokens: number
  saved_cost: number | null
}
/**
 * How a cache is configured.
 *
 * This interface was referenced by `CacheBodies`'s JSON-Schema
 * via the `definition` "CacheLayerView".
 */
export interface CacheLayerView {
  layer: 'exact' | 'semantic'
  /**
   * How long an answer lives; 0 is for ever.
   */
  ttl_seconds: number
  /**
   * Longer answers are not kept.
   */
  max_entry_bytes: number
  /**
   * Whether streams are kept, too.
   */
  streams: boolean
  /**
   * Which model says what means the same.
   */
  embedder?: string
  /**
   * How near that must be.
   */
  similarity_threshold?: number
}
