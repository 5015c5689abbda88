/** Answers a request that is equal to an earlier one with the answer that it got then: streams with streams. */

import { definePlugin, gatewayError, type CacheLayer, type CacheStore } from '../../core/index.ts'
import { cacheMeters } from '../../core/cache/meters.ts'
import { ExactCache } from './exact-cache.ts'
import { isOfModel, prefix } from './key.ts'
import { schema } from './schema.ts'
import { Shelf } from './shelf.ts'

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
    const meters = cacheMeters(meter, 'exact')
    const exact = new ExactCache({ options, shelf: new Shelf({ store: cache, clock, log, dropped: meters.dropped }), meters })
    const withdraw = cacheLayers.add(layerIn(cache))
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
  },
})

function layerIn(cache: CacheStore): CacheLayer {
  return {
    name: 'exact',
    clear(model) {
      if (cache.clear === undefined) throw gatewayError('feature_unavailable', 'the store of the cache forgets nothing before its time')
      return cache.clear(prefix, model === undefined ? undefined : key => isOfModel(key, model))
    },
  }
}
