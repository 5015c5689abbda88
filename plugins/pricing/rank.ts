/** What targets cost, in one number by which they can be ranked. */

import type { Pricing, Target } from '../../core/index.ts'

/** What a million tokens in and a million out cost together, in USD; undefined where neither price is known. */
export function rankedPrice(prices: Pick<Pricing, 'of'>, { provider, model }: Target): number | undefined {
  const { input_per_mtok: input, output_per_mtok: output } = prices.of({ provider: provider.type, provider_name: provider.name, model })?.pricing ?? {}
  const known = [input, output].filter(price => typeof price === 'number')
  return known.length === 0 ? undefined : known.reduce((sum, price) => sum + price, 0)
}
