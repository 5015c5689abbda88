/** What administrators are shown of providers, and by whom. */

import type { ProviderInstance } from '../upstream/provider/provider.ts'

/** What keeps calls back from providers that fail. */
export interface BreakerSource {
  /** The worst of a provider's breakers; undefined if it has none. */
  stateOf(provider: ProviderInstance): 'closed' | 'half-open' | 'open' | undefined
  /** Lets calls through again, whatever happened before. */
  reset(provider: ProviderInstance): void
}

/** What plugins tell administrators of the providers. */
export interface ProviderBoard {
  /** Says under which rules a provider is called, for example `retry`. @returns how to withdraw it */
  rules(name: string, of: (provider: ProviderInstance) => Readonly<Record<string, unknown>> | undefined): () => void
  /** Shows breakers, and lets them be reset. @returns how to withdraw them */
  breakers(source: BreakerSource): () => void
}
