/** What is made of the settings of an instance, once, when it is first asked for. */

import { LRUCache } from 'lru-cache'
import type { ProviderSettings } from '../../core/index.ts'

/** Keeps what `make` gives for the settings of an instance; forgotten with them. */
export function perInstance<Settings extends ProviderSettings, Made extends object | boolean>(
  make: (settings: Settings) => Made,
): (settings: Settings) => Made {
  const made = new WeakMap<Settings, Made>()
  return settings => {
    const known = made.get(settings)
    if (known !== undefined) return known
    const fresh = make(settings)
    made.set(settings, fresh)
    return fresh
  }
}

/** Of an instance. Clients make up names of models, so what is kept has a bound, in models and in characters of their names. */
const mostModels = 256
const mostCharacters = 64 * 1024

/** Keeps what `make` gives for a model of an instance, as long as that is among those asked for lately. */
export function perModel<Made extends object>(make: (model: string, settings: ProviderSettings) => Made): (model: string, settings: ProviderSettings) => Made {
  const madeFor = perInstance(
    (settings: ProviderSettings) =>
      new LRUCache<string, Made>({
        max: mostModels,
        maxSize: mostCharacters,
        sizeCalculation: (_made, model) => model.length + 1,
        memoMethod: model => make(model, settings),
      }),
  )
  return (model, settings) => madeFor(settings).memo(model)
}
