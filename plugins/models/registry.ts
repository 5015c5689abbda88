/** Which model is where: selectors to targets, over the inventories of all providers and the virtual models. */

import type { Asking, Catalogue, ModelEntry, ModelMetadata, Models, ProviderInstance, RouteStrategy, Target, TargetPrices } from '../../core/index.ts'
import { isPromise } from '../../core/promise.ts'
import type { Inventory } from './inventory.ts'
import { metadataOf } from './metadata.ts'
import type { RealModels } from './virtual/resolver.ts'
import { VirtualRouting, type Routing } from './virtual/routing.ts'

const nobody: Asking = { caller: { method: 'master_key' }, userPath: '' }

/** A model as it is listed. */
export interface ListedModel {
  readonly id: string
  readonly created: number
  readonly owned_by: string
  readonly metadata?: ModelMetadata
}

export class Registry implements Models, RealModels {
  readonly inventories: readonly Inventory[]
  readonly #byProvider: ReadonlyMap<string, Inventory>
  /** By names in lower case; of two that differ in case alone, the first. */
  readonly #byAnyCase: ReadonlyMap<string, Inventory>
  readonly virtual: VirtualRouting
  readonly #overrides: (provider: string, model: string) => readonly ModelMetadata[]
  /** Of entries that no administrator says anything of: each call asks several times. */
  #metadata = new WeakMap<ModelEntry, ModelMetadata | undefined>()
  readonly #catalogue: Catalogue | undefined
  #bare = new Map<string, Target>()

  /**
   * @param overrides what administrators say of a model, the strongest last
   * @param catalogue undefined where nobody has another than the bundled one
   */
  constructor(
    inventories: readonly Inventory[],
    virtual: Omit<Routing, 'real'>,
    overrides: (provider: string, model: string) => readonly ModelMetadata[],
    catalogue: Catalogue | undefined,
  ) {
    this.#catalogue = catalogue
    this.inventories = inventories
    this.#overrides = overrides
    this.#byProvider = new Map(inventories.map(inventory => [inventory.provider.name, inventory]))
    this.#byAnyCase = new Map(inventories.toReversed().map(inventory => [inventory.provider.name.toLowerCase(), inventory]))
    this.virtual = new VirtualRouting({ ...virtual, real: this })
    this.index()
  }

  /** To be called when an inventory changed. */
  index(): void {
    this.#bare = new Map()
    for (const { provider, spellings } of this.inventories) {
      for (const [spelling, model] of spellings) if (!this.#bare.has(spelling)) this.#bare.set(spelling, { provider, model, isListed: true })
    }
  }

  /** To be called when the catalogue says something else. */
  forget(): void {
    this.#metadata = new WeakMap()
  }

  metadata(provider: ProviderInstance, entry: ModelEntry): ModelMetadata | undefined {
    const overrides = this.#overrides(provider.name, entry.id)
    if (overrides.length > 0) return metadataOf(provider, entry, overrides, this.#catalogue)
    if (!this.#metadata.has(entry)) this.#metadata.set(entry, metadataOf(provider, entry, overrides, this.#catalogue))
    return this.#metadata.get(entry)
  }

  /** Whether every provider has been asked once. */
  get isLoaded(): boolean {
    return this.inventories.every(({ state }) => state !== 'loading')
  }

  /** Where calls of nobody in particular go. */
  targets(selector: string): readonly Target[] {
    const found = this.virtual.targets(selector, nobody)
    return isPromise(found) ? this.reached(selector) : (found ?? this.#real(selector))
  }

  strategy(strategy: RouteStrategy): () => void {
    return this.virtual.addStrategy(strategy)
  }

  prices({ both, dearer }: TargetPrices): () => void {
    for (const inventory of this.inventories) inventory.priceBy(model => dearer({ provider: inventory.provider, model }))
    this.index()
    return this.virtual.addPrices(both)
  }

  /** Wherever calls for a selector may go, in no order; nobody's turn passes. */
  reached(selector: string): readonly Target[] {
    return this.virtual.resolver.reached(selector)
  }

  find(selector: string): Target | undefined {
    const slash = selector.indexOf('/')
    const named = selector.slice(0, Math.max(0, slash))
    const known = this.#byProvider.has(named) ? undefined : this.#bare.get(selector)
    if (known !== undefined) return known
    const inventory = this.#inventoryOf(named)
    if (inventory === undefined) return this.#otherwise(selector)
    const model = selector.slice(slash + 1)
    if (model.trim() === '') return undefined
    return { provider: inventory.provider, model, isListed: inventory.entryOf(model) !== undefined }
  }

  /** A provider that could not be asked is passed by, unless none could; so is a model that its provider does not list. */
  isAvailable({ provider, isListed }: Target): boolean {
    const inventory = this.#byProvider.get(provider.name)
    if (inventory?.state === 'stale' && this.inventories.some(({ state }) => state !== 'stale')) return false
    return isListed === true || inventory?.state !== 'fresh' || inventory.entries.size === 0
  }

  /** Whether a provider has a model, as far as anybody can tell. */
  mayHave({ provider, isListed }: Target): boolean {
    const inventory = this.#byProvider.get(provider.name)
    return isListed === true || inventory === undefined || inventory.state === 'loading' || inventory.entries.size === 0
  }

  provider(name: string): ProviderInstance | undefined {
    return this.#inventoryOf(name)?.provider
  }

  /** Every model that somebody may name, by id. Providers whose listing failed are left out, unless all failed. */
  list(options: { readonly onlyAliases: boolean; readonly unqualified: boolean }, asking: Asking): readonly ListedModel[] {
    const listed = new Map<string, ListedModel>()
    const fresh = this.inventories.filter(({ state }) => state !== 'stale')
    for (const { provider, entries } of options.onlyAliases ? [] : fresh.length === 0 ? this.inventories : fresh) {
      for (const entry of entries.values()) {
        const id = options.unqualified ? entry.id : `${provider.name}/${entry.id}`
        if (!listed.has(id)) listed.set(id, this.#listed(id, entry, provider))
      }
    }
    for (const source of this.virtual.redirects.sources) {
      if (this.virtual.resolver.entered(source, asking) !== undefined)
        listed.set(source, { id: source, created: listed.get(source)?.created ?? 0, owned_by: 'tapline' })
    }
    return [...listed.values()].sort((one, other) => (one.id < other.id ? -1 : 1))
  }

  /** One model, by any selector that callers may use. */
  describe(selector: string, asking: Asking): ListedModel | undefined {
    if (this.virtual.resolver.entered(selector, asking) !== undefined) return { id: selector, created: 0, owned_by: 'tapline' }
    const target = this.find(selector)
    const entry = target === undefined ? undefined : this.#byProvider.get(target.provider.name)?.entryOf(target.model)
    return target === undefined || entry === undefined ? undefined : this.#listed(selector, entry, target.provider)
  }

  /** Wherever calls of somebody for a name may go. */
  reachedBy(selector: string, asking: Asking): readonly Target[] {
    return this.virtual.resolver.entered(selector, asking) === undefined ? this.#real(selector) : this.reached(selector)
  }

  /** Whoever writes its name in another case means it, too. */
  #inventoryOf(name: string): Inventory | undefined {
    return this.#byProvider.get(name) ?? this.#byAnyCase.get(name.toLowerCase())
  }

  /** A bare id in another spelling than the one that is listed. */
  #otherwise(selector: string): Target | undefined {
    for (const inventory of this.inventories) {
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
