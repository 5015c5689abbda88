/** Knows what models cost, and counts what calls cost by it. */

import { definePlugin } from '../../core/index.ts'
import { SelectorOverrides, type KeptOverride } from '../shared/admin/selector-overrides.ts'
import { overrideEndpoints } from './override-endpoints.ts'
import { PriceBook } from './price-book.ts'
import type { PriceList } from './price-list.ts'
import { targetPrices } from './rank.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'pricing',
  description: 'Knows what models cost, and what calls cost by it.',
  schema,
  provides: 'pricing',
  needs: ['storage', 'admin', 'providers', 'absentProviders', 'models'],
  wants: ['catalogue', 'configurations'],
  setup({ options, services: { storage, admin, providers, absentProviders, models, clock, catalogue, configurations }, log }) {
    const book = new PriceBook({
      providers,
      models,
      useCatalogue: options.catalogue,
      catalogue,
      clock,
      overrides: (provider, model, type) => overrides?.of(provider, model, type) ?? [],
    })
    const offers: (() => void)[] = []
    let overrides: SelectorOverrides<PriceList> | undefined

    return {
      service: book,
      async open() {
        overrides = new SelectorOverrides(overrideEndpoints, {
          records: storage.records<KeptOverride<PriceList>>('pricing_overrides'),
          clock,
          providers,
          absentProviders,
          types: () => configurations?.types,
          changed: () => book.forget(),
          failed: cause => log.warn({ err: cause }, 'the prices that administrators set could not be read; those known stay'),
        })
        await overrides.open()
        let withdraw = models.prices(targetPrices(book))
        const changed = () => {
          book.forget()
          withdraw()
          withdraw = models.prices(targetPrices(book)) // which models are offered may depend on what they cost
        }
        offers.push(catalogue?.onChange(changed) ?? (() => {}), () => withdraw())
      },
      start() {
        const standing = overrides
        if (standing === undefined) return
        for (const endpoint of standing.endpoints) offers.push(admin.endpoint(endpoint))
        offers.push(admin.refresh({ name: 'pricing', run: () => standing.read() }))
      },
      async close() {
        for (const withdraw of offers) withdraw()
        await overrides?.close()
      },
    }
  },
})
