/** What is made of the settings of an instance, once, when it is first asked for. */

import type { ProviderSettings } from '../../core/index.ts'

/** Keeps what `make` gives for the settings of an instance; forgotten with them. */
export function perInstance<Made extends object | boolean>(make: (settings: ProviderSettings) => Made): (settings: ProviderSettings) => Made {
  const made = new WeakMap<ProviderSettings, Made>()
  return settings => {
    const known = made.get(settings)
    if (known !== undefined) return known
    const fresh = make(settings)
    made.set(settings, fresh)
    return fresh
  }
}
