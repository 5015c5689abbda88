/** What the caches count. */

import type { CacheLayer } from '../../../core/services/caches.ts'
import type { Meter } from '../../../core/services/meter.ts'
import type { Dropped } from './write-queue.ts'

/** What came of a request that could be answered from a cache. */
export type CacheResult = 'hit' | 'miss' | 'bypass' | 'error'

export interface CacheMeters {
  count(result: CacheResult): void
  dropped(reason: Dropped): void
}

export function cacheMeters(meter: Meter, layer: CacheLayer['name']): CacheMeters {
  const requests = meter.counter('cache_requests_total', 'Requests that could be answered from a cache, by what came of it.', ['layer', 'result'])
  const dropped = meter.counter('cache_writes_dropped_total', 'Answers that were to be kept, and were not, by the reason.', ['layer', 'reason'])
  return { count: result => requests(1, layer, result), dropped: reason => dropped(1, layer, reason) }
}
