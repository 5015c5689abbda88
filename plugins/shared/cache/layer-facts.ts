/** What administrators see of the options that all caches of answers have. */

import type { CacheLayer } from '../../../core/index.ts'

interface LayerOptions {
  /** In milliseconds. */
  readonly ttl: number
  readonly max_entry_bytes: number
  readonly streaming: boolean
}

export function layerFacts({ ttl, max_entry_bytes: maxEntryBytes, streaming }: LayerOptions): CacheLayer['facts'] {
  return { ttl_seconds: ttl / 1000, max_entry_bytes: maxEntryBytes, streams: streaming }
}
