/** The service `pricing`: the prices of each model from all sources, and what calls cost by them. */

import { LRUCache } from 'lru-cache'
import type {
  Catalogue,
  Clock,
  Cost,
  ModelEntry,
  ModelMetadata,
  Models,
  PriceSheet,
  PricedCall,
  PricedModel,
  Pricing,
  ProviderInstance,
} from '../../core/index.ts'
import { undated } from '../shared/models/dated-model-id.ts'
import { catalogued, isCatalogued, loadCatalogue, type CataloguePrices } from './catalogue.ts'
import { costOf } from './cost.ts'
import { over, type PriceList } from './price-list.ts'
import { RateCard } from './rate-card.ts'
import { pricesIn } from './said-prices.ts'

/** Models are named by callers, too. */
const mostModels = 2000

export interface PriceSources {
  readonly providers: ReadonlyMap<string, ProviderInstance>
  readonly models: Pick<Models, 'inventories' | 'metadata'>
  readonly useCatalogue: boolean
  /** Another one than the bundled one, where somebody has it. */
  readonly catalogue?: Catalogue | undefined
  readonly clock: Clock
  /** What administrators set for a model, the strongest last. @param type of the provider */
  overrides(provider: string, model: string, type: string): readonly PriceList[]
}

/** The prices of a model, as long as nobody says something else. */
interface Known {
  readonly entry: ModelEntry | undefined
  readonly catalogue: CataloguePrices | undefined
  /** By the period of the catalogue; undefined where nobody names a price. */
  readonly pages: Map<number, Page | undefined>
}

interface Page {
  readonly sheet: PriceSheet
  readonly card: RateCard
}

export class PriceBook implements Pricing {
  readonly #sources: PriceSources
  readonly #known = new LRUCache<string, Known>({ max: mostModels })

  constructor(sources: PriceSources) {
    this.#sources = sources
  }

  /** The gateway serves before that is done. */
  prepare(): void {
    if (this.#isBundled() && [...this.#sources.providers.values()].some(({ type }) => isCatalogued(type))) setImmediate(loadCatalogue)
  }

  of(model: PricedModel): PriceSheet | undefined {
    return this.#page(model, this.#sources.clock.now())?.sheet
  }

  cost(call: PricedCall): Cost {
    return costOf(call, () => this.#page(call, call.timestamp)?.card)
  }

  /** To be called when administrators changed prices, or the catalogue. */
  forget(): void {
    this.#known.clear()
  }

  #page(model: PricedModel, timestamp: number): Page | undefined {
    const known = this.#find(model)
    const period = known.catalogue?.periodAt(timestamp) ?? 0
    if (known.pages.has(period)) return known.pages.get(period)
    const sheet = this.#make(model, known, period)
    const page = sheet === undefined ? undefined : { sheet, card: new RateCard(sheet.pricing) }
    known.pages.set(period, page)
    return page
  }

  #find(model: PricedModel): Known {
    const key = `${model.provider_name}\n${model.provider}\n${model.model}`
    const entry = this.#inventory(model)?.atAnyPrice.get(model.model)
    const found = this.#known.get(key)
    // Another listing of the provider has other entries.
    if (found !== undefined && found.entry === entry) return found
    const known: Known = { entry, catalogue: this.#isBundled() ? catalogued(model.provider, this.#modelBehind(model, entry)) : undefined, pages: new Map() }
    this.#known.set(key, known)
    return known
  }

  #isBundled(): boolean {
    return this.#sources.useCatalogue && this.#sources.catalogue?.isBundled !== false
  }

  /** What the operator's list says. */
  #listed(model: PricedModel, entry: ModelEntry | undefined): PriceList | undefined {
    if (!this.#sources.useCatalogue) return undefined
    const behind = this.#modelBehind(model, entry)
    return pricesIn(this.#sources.catalogue?.of({ name: model.provider_name, type: model.provider }, [model.model, behind, undated(behind)]))
  }

  /** What the id of a deployment does not say. */
  #modelBehind({ provider_name: name, model }: PricedModel, entry: ModelEntry | undefined): string {
    const provider = this.#sources.providers.get(name)
    const base = provider === undefined ? undefined : this.#sources.models.metadata(provider, entry ?? { id: model })?.['base_model']
    return typeof base === 'string' ? base : (provider?.canonical(model) ?? model)
  }

  #inventory({ provider_name: name }: PricedModel) {
    return this.#sources.models.inventories.find(({ provider }) => provider.name === name)
  }

  #make(model: PricedModel, { entry, catalogue }: Known, period: number): PriceSheet | undefined {
    const provider = this.#sources.providers.get(model.provider_name)
    const layers: readonly (readonly [source: string, prices: PriceList | undefined])[] = [
      ['catalogue', this.#isBundled() ? pricesIn(builtIn(provider, model.model)) : this.#listed(model, entry)],
      ['catalogue', catalogue?.during(period)],
      ['provider', pricesIn(entry?.metadata)],
      ['config', pricesIn(provider?.configured(model.model)?.metadata)],
      ...this.#sources.overrides(model.provider_name, model.model, model.provider).map(prices => ['override', prices] as const),
    ]
    return merged(layers.flatMap(([source, prices]) => (prices === undefined || Object.keys(prices).length === 0 ? [] : [[source, prices] as const])))
  }
}

/** What the type's own table says. */
function builtIn(provider: ProviderInstance | undefined, model: string): ModelMetadata | undefined {
  const id = provider?.canonical(model) ?? model
  const { catalogue = {} } = provider?.definition ?? {}
  return Object.hasOwn(catalogue, id) ? catalogue[id] : undefined
}

/** @param layers the weakest first */
function merged(layers: readonly (readonly [source: string, prices: PriceList])[]): PriceSheet | undefined {
  if (layers.length === 0) return undefined
  const pricing = layers.reduce<PriceList>((weaker, [, stronger]) => over(weaker, stronger), {})
  const said = Object.fromEntries(layers.flatMap(([source, prices]) => Object.keys(prices).map(name => [name, source])))
  return { pricing: { ...pricing }, sources: Object.fromEntries(Object.entries(said).filter(([name]) => name in pricing)) }
}
