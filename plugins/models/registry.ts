/** Which model is where: selectors to targets, over the inventories of all providers and the virtual models. */

import type { ModelEntry, ModelMetadata, Models, ProviderInstance, Target } from '../../core/index.ts'
import type { Inventory } from './inventory.ts'
import { metadataOf } from './metadata.ts'
import { VirtualModelRing, type VirtualModel } from './virtual.ts'

/** A model as it is listed. */
export interface ListedModel {
  readonly id: string
  readonly created: number
  readonly owned_by: string
  readonly metadata?: ModelMetadata
}

export class Registry implements Models {
  readonly #inventories: readonly Inventory[]
  readonly #byProvider: ReadonlyMap<string, Inventory>
  readonly #virtual: ReadonlyMap<string, VirtualModelRing>
  readonly #overrides: (provider: string, model: string) => readonly ModelMetadata[]
  #bare = new Map<string, Target>()

  /** @param overrides what administrators say of a model, the strongest last */
  constructor(inventories: readonly Inventory[], virtual: readonly VirtualModel[], overrides: (provider: string, model: string) => readonly ModelMetadata[]) {
    this.#inventories = inventories
    this.#overrides = overrides
    this.#byProvider = new Map(inventories.map(inventory => [inventory.provider.name, inventory]))
    this.#virtual = new Map(virtual.filter(({ enabled }) => enabled).map(model => [model.source, new VirtualModelRing(model)]))
    this.index()
  }

  /** To be called when an inventory changed. */
  index(): void {
    this.#bare = new Map()
    for (const { provider, spellings } of this.#inventories) {
      for (const [spelling, model] of spellings) if (!this.#bare.has(spelling)) this.#bare.set(spelling, { provider, model, isListed: true })
    }
  }

  get inventories(): readonly Inventory[] {
    return this.#inventories
  }

  metadata(provider: ProviderInstance, entry: ModelEntry): ModelMetadata | undefined {
    return metadataOf(provider, entry, this.#overrides(provider.name, entry.id))
  }

  /** Whether every provider has been asked once. */
  get isLoaded(): boolean {
    return this.#inventories.every(({ state }) => state !== 'loading')
  }

  /** The targets of a selector, virtual models first; none if nothing serves it. */
  targets(selector: string): readonly Target[] {
    const ring = this.#virtual.get(selector)
    if (ring === undefined) return this.#real(selector)
    return ring.targets(inner => inner === selector ? this.#real(inner) : this.targets(inner))
  }

  /** Wherever calls for a selector may go, in no order; nobody's turn passes. */
  reached(selector: string): readonly Target[] {
    const ring = this.#virtual.get(selector)
    return ring === undefined ? this.#real(selector) : ring.selectors.flatMap(inner => inner === selector ? this.#real(inner) : this.reached(inner))
  }

  find(selector: string): Target | undefined {
    const slash = selector.indexOf('/')
    const inventory = slash < 0 ? undefined : this.#byProvider.get(selector.slice(0, slash))
    if (inventory === undefined) return this.#bare.get(selector) ?? this.#otherwise(selector)
    const model = selector.slice(slash + 1)
    return { provider: inventory.provider, model, isListed: inventory.entryOf(model) !== undefined }
  }

  provider(name: string): ProviderInstance | undefined {
    return this.#byProvider.get(name)?.provider
  }

  /** Every model that callers may name, by id. Providers whose listing failed are left out, unless all failed. */
  list(options: { readonly onlyAliases: boolean; readonly unqualified: boolean }): readonly ListedModel[] {
    const listed = new Map<string, ListedModel>()
    const fresh = this.#inventories.filter(({ state }) => state !== 'stale')
    for (const { provider, entries } of options.onlyAliases ? [] : fresh.length === 0 ? this.#inventories : fresh) {
      for (const entry of entries.values()) {
        const id = options.unqualified ? entry.id : `${provider.name}/${entry.id}`
        if (!listed.has(id)) listed.set(id, this.#listed(id, entry, provider))
      }
    }
    for (const source of this.#virtual.keys()) listed.set(source, { id: source, created: listed.get(source)?.created ?? 0, owned_by: 'tapline' })
    return [...listed.values()].sort((one, other) => one.id < other.id ? -1 : 1)
  }

  /** One model, by any selector that callers may use. */
  describe(selector: string): ListedModel | undefined {
    if (this.#virtual.has(selector)) return { id: selector, created: 0, owned_by: 'tapline' }
    const target = this.find(selector)
    const entry = target === undefined ? undefined : this.#byProvider.get(target.provider.name)?.entryOf(target.model)
    return target === undefined || entry === undefined ? undefined : this.#listed(selector, entry, target.provider)
  }

  /** A bare id in another spelling than the one that is listed. */
  #otherwise(selector: string): Target | undefined {
    for (const inventory of this.#inventories) {
      const entry = inventory.entryOf(selector)
      if (entry !== undefined) return { provider: inventory.provider, model: entry.id, isListed: true }
    }
    return undefined
  }

  #real(selector: string): readonly Target[] {
    const target = this.find(selector)
    return target === undefined ? [] : [target]
  }

  #listed(id: string, entry: ModelEntry, provider: ProviderInstance): ListedModel {
    const metadata = this.metadata(provider, entry)
    return { id, created: entry.created ?? 0, owned_by: provider.name, ...(metadata === undefined ? {} : { metadata }) }
  }
}
