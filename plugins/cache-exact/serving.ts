/** What the plugin taps once it is on. */

import { gatewayError, type CacheLayer, type CacheStore, type OptionsOf, type SetupContext, type Taps } from '../../core/index.ts'
import { layerFacts } from '../shared/cache/layer-facts.ts'
import { cacheMeters } from '../shared/cache/meters.ts'
import { ExactCache } from './exact-cache.ts'
import { isOfModel, prefix } from './key.ts'
import type { schema } from './schema.ts'
import { EntryStore } from './entry-store.ts'

export function serving({
  options,
  services: { cache, cacheLayers, clock, meter },
  log,
}: SetupContext<OptionsOf<typeof schema>, 'cache' | 'cacheLayers'>): Taps {
  const meters = cacheMeters(meter, 'exact')
  const exact = new ExactCache({ options, entries: new EntryStore({ store: cache, clock, log, dropped: meters.dropped }), meters })
  const withdraw = cacheLayers.add(layerIn(cache, exact, layerFacts(options)))
  return {
    async open() {
      await cache.open?.()
    },
    lookup: exchange => exact.lookup(exchange),
    response: exchange => exact.keepPlain(exchange),
    stream: 'pass',
    complete: exchange => exact.leave(exchange),
    finished: exchange => exact.keepStream(exchange),
    close: withdraw,
  }
}

function layerIn(cache: CacheStore, exact: ExactCache, facts: CacheLayer['facts']): CacheLayer {
  return {
    name: 'exact',
    facts,
    clear(model) {
      if (cache.clear === undefined) throw gatewayError('feature_unavailable', 'the store of the cache forgets nothing before its time')
      exact.clear()
      return cache.clear(prefix, model === undefined ? undefined : key => isOfModel(key, model))
    },
  }
}
