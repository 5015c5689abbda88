/** The service `cacheLayers`: the caches that stand in pipelines. */

import { Registrations, type CacheLayer, type CacheLayers } from '../../core/index.ts'

export class Layers implements CacheLayers {
  readonly #layers = new Registrations<CacheLayer>()

  add(layer: CacheLayer): () => void {
    return this.#layers.add(layer)
  }

  named(name: CacheLayer['name'] | 'all'): readonly CacheLayer[] {
    return [...this.#layers].filter(layer => name === 'all' || layer.name === name)
  }
}
