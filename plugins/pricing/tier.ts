/** Tiers: prices by the length of the prompt. */

import type { PriceTier } from '../../schemas/records/pricing.schema.ts'
import type { RateName } from './price-list.ts'

/** The longest prompt that it is for, in tokens. */
export function limitOf({ up_to_tokens: tokens, up_to_mtok: millions }: PriceTier): number {
  return tokens ?? (millions === undefined ? Number.POSITIVE_INFINITY : millions * 1e6)
}

export function ratesIn({ up_to_tokens: _tokens, up_to_mtok: _millions, ...rates }: PriceTier): Readonly<Partial<Record<RateName, number>>> {
  return rates
}
