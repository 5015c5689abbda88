/** Shows administrators what the caches of answers saved, and lets them clear these. */

import { definePlugin } from '../../core/index.ts'
import { cacheEndpoints, forgetAlong } from './endpoints.ts'
import { Layers } from './layers.ts'

export default definePlugin({
  name: 'cache-admin',
  description: 'Shows administrators what the caches saved, and clears them.',
  provides: 'cacheLayers',
  needs: ['admin', 'usage'],
  wants: ['processes'],
  setup({ services: { admin, usage, clock, processes } }) {
    const layers = new Layers()
    const withdraw = [
      ...cacheEndpoints({ layers, usage, processes, now: () => clock.now() }).map(endpoint => admin.endpoint(endpoint)),
      admin.setting('CACHE_ENABLED', () => layers.named('all').length > 0),
      admin.setting('SEMANTIC_CACHE_ENABLED', () => layers.named('semantic').length > 0),
    ]
    return {
      service: layers,
      start() {
        withdraw.push(forgetAlong(processes, layers))
      },
      close() {
        for (const end of withdraw) end()
      },
    }
  },
})
