/** The prices of one call: those of its hour, its endpoint and its length. */

import type { PriceTier } from '../../schemas/records/pricing.schema.ts'
import { over, type PriceList, type RateName } from './price-list.ts'
import { windowAt } from './time-window.ts'

export type Rates = Readonly<Partial<Record<RateName, number>>>

export interface RatedCall {
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly endpoint: string
  /** All of the prompt, whatever a cache had to do with it. */
  readonly promptTokens: number
}

export function ratesOf(prices: PriceList, { timestamp, endpoint, promptTokens }: RatedCall): Rates {
  const window = windowAt(prices.time_windows, timestamp)
  const { tiers, time_windows: _windows, currency: _currency, ...rates } = window === undefined ? prices : over(prices, window.pricing)
  const { up_to_tokens: _tokens, up_to_mtok: _mtok, ...tier } = tierOf(tiers, promptTokens) ?? {}
  return { ...rates, ...tier, ...(isBatch(endpoint) ? batchRates(rates) : {}) }
}

/** Of batches, however the endpoint of a line is told: `/v1/batches`, `/v1/messages/batches`. */
function isBatch(endpoint: string): boolean {
  return /\/batches(?:\/|$)/.test(endpoint)
}

function batchRates({ batch_input_per_mtok: input, batch_output_per_mtok: output }: Rates): Rates {
  return { ...(input === undefined ? {} : { input_per_mtok: input }), ...(output === undefined ? {} : { output_per_mtok: output }) }
}

/** The smallest that is large enough, else the largest. */
function tierOf(tiers: readonly PriceTier[] = [], tokens: number): PriceTier | undefined {
  const bySize = tiers.toSorted((one, other) => limitOf(one) - limitOf(other))
  return bySize.find(tier => limitOf(tier) >= tokens) ?? bySize.at(-1)
}

function limitOf({ up_to_tokens: tokens, up_to_mtok: millions }: PriceTier): number {
  return tokens ?? (millions === undefined ? Number.POSITIVE_INFINITY : millions * 1e6)
}
