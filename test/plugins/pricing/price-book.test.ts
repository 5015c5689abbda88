/** Prices from all sources, and which of them counts. */

import { expect } from 'chai'
import type { ModelEntry } from '../../../core/index.ts'
import { readModelSelector, selectorsFor } from '../../../plugins/shared/models/model-selector.ts'
import { testProviderDeps } from '../../../core/testing/provider-deps.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { ProviderInstance } from '../../../core/upstream/provider/provider.ts'
import { PriceBook } from '../../../plugins/pricing/price-book.ts'
import type { PriceList } from '../../../plugins/pricing/price-list.ts'

interface Facts {
  readonly type?: string
  readonly model?: string
  /** What the provider's listing, the configuration and administrators say; the latter by selector. */
  readonly listed?: object
  readonly configured?: object
  /** The id under which the configuration says it; the model's own by default. */
  readonly configuredAs?: string
  readonly overrides?: Readonly<Record<string, PriceList>>
  readonly baseModel?: string
  readonly useCatalogue?: boolean
}

class Bookshop {
  readonly book: PriceBook
  readonly clock = new TurnedClock()
  readonly inventory: { entries: Map<string, ModelEntry> }
  overrides: Readonly<Record<string, PriceList>>
  readonly #facts: Facts

  constructor({
    type = 'openai',
    model = 'gpt-4o',
    listed,
    configured,
    configuredAs = model,
    overrides = {},
    baseModel,
    useCatalogue = true,
    ...rest
  }: Facts = {}) {
    this.#facts = { type, model, ...rest }
    this.overrides = overrides
    const provider = new ProviderInstance(
      {
        name: 'main',
        type,
        keys: [],
        models: configured === undefined ? [] : [{ id: configuredAs, metadata: { pricing: configured } }],
        settings: {},
        source: 'test',
      },
      { name: type, description: type, baseUrl: 'http://localhost', dialects: [], operations: {}, canonical: id => id.replace(/:latest$/, '') },
      testProviderDeps(),
    )
    const entries = new Map<string, ModelEntry>([[model, { id: model, ...(listed === undefined ? {} : { metadata: { pricing: listed } }) }]])
    const inventory = {
      provider,
      state: 'fresh' as const,
      entries,
      get atAnyPrice() {
        return this.entries
      },
      isAsked: true,
      lastFetch: {},
    }
    this.inventory = inventory
    this.book = new PriceBook({
      providers: new Map([['main', provider]]),
      models: {
        inventories: [inventory],
        metadata: () => (baseModel === undefined ? undefined : { base_model: baseModel }),
      },
      useCatalogue,
      clock: this.clock,
      overrides: (name, id) =>
        selectorsFor(
          Object.entries(this.overrides).map(([text, prices]) => ({ selector: readModelSelector(text, ['main'])!, prices })),
          name,
          id,
          (_provider, model) => model,
        ).map(({ prices }) => prices),
    })
  }

  sheet(model = this.#facts.model ?? '') {
    return this.book.of({ provider: this.#facts.type ?? '', provider_name: 'main', model })
  }
}

const catalogue = { input_per_mtok: 2.5, cached_input_per_mtok: 1.25, output_per_mtok: 10 }

describe('the prices of a model', () => {
  it('are those of the catalogue where nobody else says any', () => {
    expect(new Bookshop().sheet()).to.deep.equal({
      pricing: catalogue,
      sources: { input_per_mtok: 'catalogue', cached_input_per_mtok: 'catalogue', output_per_mtok: 'catalogue' },
    })
  })

  it('are unknown where nobody says any', () => {
    expect(new Bookshop({ model: 'my-own' }).sheet()).to.equal(undefined)
    expect(new Bookshop({ useCatalogue: false }).sheet()).to.equal(undefined)
  })

  it('come member by member from the strongest source that names them', () => {
    const sheet = new Bookshop({
      listed: { input_per_mtok: 3, cached_input_per_mtok: 3, per_request: 3 },
      configured: { cached_input_per_mtok: 4, per_request: 4 },
      overrides: { 'main/gpt-4o': { per_request: 5 } },
    }).sheet()
    expect(sheet).to.deep.equal({
      pricing: { input_per_mtok: 3, cached_input_per_mtok: 4, output_per_mtok: 10, per_request: 5 },
      sources: { input_per_mtok: 'provider', cached_input_per_mtok: 'config', output_per_mtok: 'catalogue', per_request: 'override' },
    })
  })

  it('are those of the configuration under another spelling of the id', () => {
    const sheet = new Bookshop({ model: 'mine:latest', configured: { input_per_mtok: 4 }, configuredAs: 'mine' }).sheet()
    expect(sheet?.pricing).to.deep.equal({ input_per_mtok: 4 })
  })

  it('come from the override that says most: the model of a provider, the provider, the model, all', () => {
    const overrides = {
      '*': { input_per_mtok: 1, output_per_mtok: 1, cached_input_per_mtok: 1, per_request: 1 },
      'gpt-4o': { input_per_mtok: 2, output_per_mtok: 2, cached_input_per_mtok: 2 },
      'main/*': { input_per_mtok: 3, output_per_mtok: 3 },
      'main/gpt-4o': { input_per_mtok: 4 },
    }
    expect(new Bookshop({ overrides }).sheet()?.pricing).to.deep.equal({ input_per_mtok: 4, output_per_mtok: 3, cached_input_per_mtok: 2, per_request: 1 })
    expect(new Bookshop({ overrides, model: 'other' }).sheet()?.pricing).to.deep.equal({
      input_per_mtok: 3,
      output_per_mtok: 3,
      cached_input_per_mtok: 1,
      per_request: 1,
    })
  })

  it("lose the catalogue's hours for a rate that is overridden", () => {
    const sheet = new Bookshop({ type: 'deepseek', model: 'deepseek-chat', overrides: { '*': { input_per_mtok: 9 } } }).sheet()
    expect(sheet?.pricing['time_windows']).to.deep.equal([
      { utc_ranges: [{ start: '00:30:00', end: '16:30:00' }], pricing: { cached_input_per_mtok: 0.07, output_per_mtok: 1.1 } },
    ])
  })

  it("have the hours of the configuration in the place of the catalogue's", () => {
    const own = [{ label: 'own', utc_ranges: [{ start: '01:00', end: '02:00' }], pricing: { input_per_mtok: 1 } }]
    const sheet = new Bookshop({ type: 'deepseek', model: 'deepseek-chat', configured: { time_windows: own } }).sheet()
    expect(sheet?.pricing['time_windows']).to.deep.equal(own)
    expect(sheet?.sources).to.include({ time_windows: 'config', input_per_mtok: 'catalogue' })
  })

  it('of a deployment are those of the model behind it', () => {
    expect(new Bookshop({ type: 'azure', model: 'my-deployment', baseModel: 'gpt-4o' }).sheet()?.pricing).to.deep.equal(catalogue)
  })

  it('leave out what is no price', () => {
    expect(new Bookshop({ model: 'own', listed: { input_per_mtok: -1, output_per_mtok: '3', per_request: 1, smell: 2 } }).sheet()?.pricing).to.deep.equal({
      per_request: 1,
    })
  })

  it("change with the provider's listing", () => {
    const shop = new Bookshop({ model: 'own', listed: { input_per_mtok: 1 } })
    expect(shop.sheet()?.pricing).to.deep.equal({ input_per_mtok: 1 })
    shop.inventory.entries = new Map([['own', { id: 'own', metadata: { pricing: { input_per_mtok: 2 } } }]])
    expect(shop.sheet()?.pricing).to.deep.equal({ input_per_mtok: 2 })
  })

  it('change with what administrators say', () => {
    const shop = new Bookshop({ model: 'own', overrides: { own: { input_per_mtok: 1 } } })
    expect(shop.sheet()?.pricing).to.deep.equal({ input_per_mtok: 1 })
    shop.overrides = {}
    shop.book.forget()
    expect(shop.sheet()).to.equal(undefined)
  })
})

describe('the cost of a call by the book', () => {
  const call = {
    provider: 'openai',
    provider_name: 'main',
    model: 'o3',
    endpoint: '/v1/chat/completions',
    input_tokens: 1000,
    output_tokens: 0,
    raw_data: null,
  }

  it('is that of the time of the call', () => {
    const { book } = new Bookshop({ model: 'o3' })
    expect(book.cost({ ...call, timestamp: Date.parse('2025-06-01T00:00:00Z') }).total_cost).to.be.closeTo(0.01, 1e-12)
    expect(book.cost({ ...call, timestamp: Date.parse('2025-07-01T00:00:00Z') }).total_cost).to.be.closeTo(0.002, 1e-12)
  })

  it('is found for a provider that is no longer configured', () => {
    expect(new Bookshop().book.cost({ ...call, provider_name: 'gone', timestamp: Date.parse('2025-07-01T00:00:00Z') })).to.deep.include({
      total_cost: 0.002,
      cost_source: 'model_pricing',
    })
  })
})
