/** The prompt of a recorded call, by what the provider's cache had to do with it. */

import { cachedNames, cacheWriteNames, firstCount } from './count-names.ts'

/** Of a stored record. */
export interface CountedRow {
  readonly input_tokens: number | null
  readonly raw_data: Readonly<Record<string, unknown>> | null
}

export interface CacheSplit {
  readonly uncached_input_tokens: number
  readonly cached_input_tokens: number
  readonly cache_write_input_tokens: number
  /** Of the sum of the three; 0 where nothing was counted. */
  readonly cached_input_ratio: number
}

/** Read of a row whenever it is shown: the row keeps what the provider said. */
export function cacheSplit({ input_tokens: input, raw_data: raw }: CountedRow): CacheSplit {
  const [read, written] = [firstCount(cachedNames, raw ?? {}), firstCount(cacheWriteNames, raw ?? {})]
  const inside = [read, written].reduce((sum, part) => sum + (part === undefined || part.isApart ? 0 : part.tokens), 0)
  const [uncached, cached, cacheWrite] = [Math.max(0, (input ?? 0) - inside), read?.tokens ?? 0, written?.tokens ?? 0]
  const sum = uncached + cached + cacheWrite
  return {
    uncached_input_tokens: uncached,
    cached_input_tokens: cached,
    cache_write_input_tokens: cacheWrite,
    cached_input_ratio: sum === 0 ? 0 : cached / sum,
  }
}
