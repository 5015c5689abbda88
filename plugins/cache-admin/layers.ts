/** The service `cacheLayers`: the caches that stand in pipelines. */

import type { CacheLayer, CacheLayers } from '../../core/index.ts'
import { Registrations } from '../../core/services/registrations.ts'
import type { CacheLayerView } from '../../schemas/admin/cache.schema.ts'

export class Layers implements CacheLayers {
  readonly #layers = new Registrations<CacheLayer>()

  add(layer: CacheLayer): () => void {
    return this.#layers.add(layer)
  }

  /** How they are configured. Those that a workflow keeps apart are told once. */
  get told(): readonly CacheLayerView[] {
    return [...new Map([...this.#layers].map(({ name, facts }) => [JSON.stringify([name, facts]), { layer: name, ...facts }])).values()]
  }

  named(name: CacheLayer['name'] | 'all'): readonly CacheLayer[] {
    return [...this.#layers].filter(layer => name === 'all' || layer.name === name)
  }
}
