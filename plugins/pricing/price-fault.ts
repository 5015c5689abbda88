/** What a list of prices must not say, though its schema lets it. */

import type { PriceTier } from '../../schemas/records/pricing.schema.ts'
import type { PriceList } from './price-list.ts'
import { limitOf, ratesIn } from './tier.ts'

export interface PriceFault {
  /** The members that lead there; none for the whole list. */
  readonly at: readonly (string | number)[]
  readonly message: string
}

/** The first one; undefined if there is none. */
export function faultIn({ tiers = [], time_windows: windows = [], currency: _, ...rates }: PriceList): PriceFault | undefined {
  if (Object.keys(rates).length === 0 && tiers.length === 0 && windows.length === 0) return { at: [], message: 'pricing names no price' }
  return tiers.map((_tier, index) => tierFault(tiers, index)).find(fault => fault !== undefined)
}

function tierFault(tiers: readonly PriceTier[], index: number): PriceFault | undefined {
  const tier = tiers[index] ?? {}
  const at = ['tiers', index]
  if (tier.up_to_tokens !== undefined && tier.up_to_mtok !== undefined)
    return { at: [...at, 'up_to_mtok'], message: 'a tier has one limit: up_to_tokens, or up_to_mtok' }
  if (Object.keys(ratesIn(tier)).length === 0) return { at, message: 'this tier names no price' }
  const isTwice = tiers.slice(0, index).some(other => limitOf(other) === limitOf(tier))
  return isTwice ? { at, message: 'two tiers are for prompts of the same length' } : undefined
}
