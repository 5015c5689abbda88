/** The models that there are, as plugins ask for them. */

import type { ProviderInstance } from '../upstream/provider/provider.ts'
import type { Target } from '../upstream/provider/target.ts'
import type { ModelEntry, ModelMetadata } from '../plugin/provider.ts'
import type { RouteStrategy } from './routing.ts'

/** The models of one provider, and how they came to be known. */
export interface ModelInventory {
  readonly provider: ProviderInstance
  /** `loading` until the provider was asked once. `stale`: it could not be asked the last time, and an earlier list stands. */
  readonly state: 'loading' | 'fresh' | 'stale'
  /** Those that are offered, by their ids. */
  readonly entries: ReadonlyMap<string, ModelEntry>
  /** Those that would be offered at any price. */
  readonly atAnyPrice: ReadonlyMap<string, ModelEntry>
  /** Whether the provider is asked for its models at all; else the configuration names them. */
  readonly isAsked: boolean
  /** Milliseconds since 1970, and what went wrong the last time. */
  readonly lastFetch: { readonly at?: number; readonly succeededAt?: number; readonly error?: string }
}

/** The registry of models. */
export interface Models {
  /** By provider, in the order of the configuration. */
  readonly inventories: readonly ModelInventory[]
  /** All that is known of a model; undefined if nobody says anything. */
  metadata(provider: ProviderInstance, entry: ModelEntry): ModelMetadata | undefined
  /** The target of a selector (`gpt-x`, `openai/gpt-x`), real models only; `undefined` if nothing serves it. */
  find(selector: string): Target | undefined
  /** Where calls that name this model go, in order; virtual models first. None if nothing serves it. */
  targets(selector: string): readonly Target[]
  /** Offers a way to choose among the targets of virtual models. @returns how to withdraw it */
  strategy(strategy: RouteStrategy): () => void
  /** Says what targets cost. @returns how to withdraw it */
  prices(prices: TargetPrices): () => void
}

/** What targets cost, in USD; undefined where nobody names a price. */
export interface TargetPrices {
  /** A million tokens in and a million out together. */
  both(target: Target): number | undefined
  /** A million tokens in, or a million out: whichever costs more. */
  dearer(target: Target): number | undefined
}
