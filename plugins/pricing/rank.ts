/** What targets cost, in single numbers by which they can be ranked and limited. */

import type { Pricing, Target, TargetPrices } from '../../core/index.ts'

export function targetPrices(prices: Pick<Pricing, 'of'>): TargetPrices {
  const all = (target: Target, join: (known: readonly number[]) => number) => {
    const known = knownPrices(prices, target)
    return known.length === 0 ? undefined : join(known)
  }
  return {
    both: target => all(target, known => known.reduce((sum, price) => sum + price, 0)),
    dearer: target => all(target, known => Math.max(...known)),
  }
}

/** Of what goes in and what comes out, in USD per million tokens. */
function knownPrices(prices: Pick<Pricing, 'of'>, { provider, model }: Target): readonly number[] {
  const { input_per_mtok: input, output_per_mtok: output } = prices.of({ provider: provider.type, provider_name: provider.name, model })?.pricing ?? {}
  return [input, output].filter(price => typeof price === 'number')
}
