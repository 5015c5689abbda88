/** Lists of prices, and how one is laid over another. */

import type { PriceList, PriceTier, PriceWindow } from '../../schemas/records/pricing.schema.ts'

export type { PriceList } from '../../schemas/records/pricing.schema.ts'

/** A price by itself, as against those by length or hour. */
export type RateName = Exclude<keyof PriceList, 'tiers' | 'time_windows' | 'currency'>

const limits: ReadonlySet<string> = new Set(['up_to_tokens', 'up_to_mtok'])

/**
 * The stronger list over the weaker one, member by member. A rate that the stronger one names holds always: the weaker one's prices by length or hour
 * lose it. Tiers and windows replace tiers and windows.
 */
export function over(weaker: PriceList, stronger: PriceList): PriceList {
  const named = new Set(Object.keys(stronger))
  const byHour = new Set([...named, ...(stronger.tiers ?? []).flatMap(tier => Object.keys(tier))])
  const { tiers, time_windows: windows, ...rates } = weaker
  return { ...rates, ...listed('tiers', tiersWithout(tiers, named)), ...listed('time_windows', windowsWithout(windows, byHour)), ...stronger }
}

function tiersWithout(tiers: readonly PriceTier[] = [], names: ReadonlySet<string>): PriceTier[] {
  const left = tiers.map(tier => without(tier, names))
  return left.some(tier => Object.keys(tier).some(name => !limits.has(name))) ? left : []
}

function windowsWithout(windows: readonly PriceWindow[] = [], names: ReadonlySet<string>): PriceWindow[] {
  return windows.map(window => ({ ...window, pricing: without(window.pricing, names) })).filter(({ pricing }) => Object.keys(pricing).length > 0)
}

/** No member where there is nothing to list. */
function listed(name: string, items: readonly object[]): object {
  return items.length === 0 ? {} : { [name]: items }
}

function without<T extends PriceTier | PriceWindow['pricing']>(prices: T, names: ReadonlySet<string>): T {
  return Object.fromEntries(Object.entries(prices).filter(([name]) => !names.has(name))) as T
}
