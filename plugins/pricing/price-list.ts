/** Lists of prices, and how one is laid over another. */

import type { PriceList, PriceTier, PriceWindow } from '../../schemas/records/pricing.schema.ts'

export type { PriceList } from '../../schemas/records/pricing.schema.ts'

/** A price by itself, as against those by length or hour. */
export type RateName = Exclude<keyof PriceList, 'tiers' | 'time_windows' | 'currency'>

/**
 * The stronger list over the weaker one, member by member. A rate that the stronger one names holds always: the weaker one's prices by length or hour
 * lose it. Tiers and windows replace tiers and windows.
 */
export function over(weaker: PriceList, stronger: PriceList): PriceList {
  const named = new Set(Object.keys(stronger))
  const byHour = new Set([...named, ...(stronger.tiers ?? []).flatMap(tier => Object.keys(tier))])
  return {
    ...weaker,
    ...(weaker.tiers === undefined ? {} : { tiers: weaker.tiers.map(tier => without(tier, named)) }),
    ...(weaker.time_windows === undefined ? {} : { time_windows: windowsWithout(weaker.time_windows, byHour) }),
    ...stronger,
  }
}

function windowsWithout(windows: readonly PriceWindow[], names: ReadonlySet<string>): PriceWindow[] {
  const left = windows.map(window => ({ ...window, pricing: without(window.pricing, names) }))
  return left.filter(({ pricing }) => Object.keys(pricing).length > 0)
}

function without<T extends PriceTier | PriceWindow['pricing']>(prices: T, names: ReadonlySet<string>): T {
  return Object.fromEntries(Object.entries(prices).filter(([name]) => !names.has(name))) as T
}
