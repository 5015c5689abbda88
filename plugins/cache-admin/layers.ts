/** The service `cacheLayers`: the caches that stand in pipelines. */

import type { CacheLayer, CacheLayers } from '../../core/index.ts'

export class Layers implements CacheLayers {
  readonly #layers = new Set<CacheLayer>()

  add(layer: CacheLayer): () => void {
    this.#layers.add(layer)
    return () => { this.#layers.delete(layer) }
  }

  named(name: CacheLayer['name'] | 'all'): readonly CacheLayer[] {
    return [...this.#layers].filter(layer => name === 'all' || layer.name === name)
  }
}
