/** A list of prices, made ready: the rates of each hour, length and endpoint are put together once. */

import { over, type PriceList, type RateName } from './price-list.ts'
import { limitOf, ratesIn } from './tier.ts'
import { windowAt } from './time-window.ts'

export type Rates = Readonly<Partial<Record<RateName, number>>>

export interface RatedCall {
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly endpoint: string
  /** All of the prompt, whatever a cache had to do with it. */
  readonly promptTokens: number
}

/** The rates of one hour: by tier, and whether it is a batch. */
interface Hour {
  readonly plain: readonly Rates[]
  readonly batch: readonly Rates[]
}

export class RateCard {
  readonly #prices: PriceList
  /** The longest prompts of the tiers, in order. */
  readonly #limits: readonly number[]
  readonly #hours = new Map<unknown, Hour>()
  /** A price of the call alone is right whatever the call used. */
  readonly dependsOnUsage: boolean
  readonly hasSoundRate: boolean

  constructor(prices: PriceList) {
    const names = Object.keys(prices)
    this.#prices = prices
    this.#limits = (prices.tiers ?? []).map(limitOf).sort((one, other) => one - other)
    this.dependsOnUsage = names.some(name => name !== 'per_request' && name !== 'currency')
    this.hasSoundRate = names.some(name => /^(?:per_second_|per_character_|audio_)/.test(name))
  }

  /** The first window that holds; the smallest tier that is large enough, else the largest; the rates of batches, where there are any. */
  ratesOf({ timestamp, endpoint, promptTokens }: RatedCall): Rates {
    const window = this.#prices.time_windows === undefined ? undefined : windowAt(this.#prices.time_windows, timestamp)
    let hour = this.#hours.get(window)
    if (hour === undefined) this.#hours.set(window, (hour = hourOf(window === undefined ? this.#prices : over(this.#prices, window.pricing), this.#limits)))
    const fitting = this.#limits.findIndex(limit => limit >= promptTokens)
    const tier = fitting < 0 ? Math.max(0, this.#limits.length - 1) : fitting
    return hour[isBatch(endpoint) ? 'batch' : 'plain'][tier] ?? {}
  }
}

function hourOf({ tiers = [], time_windows: _windows, currency: _currency, ...rates }: PriceList, limits: readonly number[]): Hour {
  const plain = limits.length === 0 ? [rates] : limits.map(limit => ({ ...rates, ...ratesIn(tiers.find(tier => limitOf(tier) === limit) ?? {}) }))
  return { plain, batch: plain.map(own => ({ ...own, ...batchRates(rates) })) }
}

function batchRates({ batch_input_per_mtok: input, batch_output_per_mtok: output }: Rates): Rates {
  return { ...(input === undefined ? {} : { input_per_mtok: input }), ...(output === undefined ? {} : { output_per_mtok: output }) }
}

/** However the endpoint of a line is told: `/v1/batches`, `/v1/messages/batches`. */
function isBatch(endpoint: string): boolean {
  const at = endpoint.indexOf('/batches')
  return at >= 0 && (endpoint.length === at + 8 || endpoint[at + 8] === '/')
}
