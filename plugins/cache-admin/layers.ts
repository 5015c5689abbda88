/** The service `cacheLayers`: the caches that stand in pipelines. */

import type { CacheLayer, CacheLayers } from '../../core/index.ts'
import { Registrations } from '../../core/services/registrations.ts'

export class Layers implements CacheLayers {
  readonly #layers = new Registrations<CacheLayer>()

  add(layer: CacheLayer): () => void {
    return this.#layers.add(layer)
  }

  named(name: CacheLayer['name'] | 'all'): readonly CacheLayer[] {
    return [...this.#layers].filter(layer => name === 'all' || layer.name === name)
  }
}
