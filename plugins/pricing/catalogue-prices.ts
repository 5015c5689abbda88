/** Prices as the catalogue spells them, as lists of ours. */

import type { ConditionalPrice, ModelPrice } from '@pydantic/genai-prices'
import { exactUsd } from '../shared/usage/exact-usd.ts'
import type { PriceTier, PriceWindow } from '../../schemas/records/pricing.schema.ts'
import type { PriceList, RateName } from './price-list.ts'

/** What the catalogue's units are called here, and how many of ours one of theirs is. */
const units: Readonly<Record<string, readonly [name: RateName, count: number]>> = {
  input_mtok: ['input_per_mtok', 1],
  output_mtok: ['output_per_mtok', 1],
  cache_read_mtok: ['cached_input_per_mtok', 1],
  cache_write_mtok: ['cache_write_per_mtok', 1],
  cache_write_1h_mtok: ['cache_write_1h_per_mtok', 1],
  output_reasoning_mtok: ['reasoning_output_per_mtok', 1],
  input_audio_mtok: ['audio_input_per_mtok', 1],
  output_audio_mtok: ['audio_output_per_mtok', 1],
  input_image_mtok: ['input_image_per_mtok', 1],
  output_image_mtok: ['output_image_per_mtok', 1],
  input_audio_hours: ['per_second_input', 3600],
  requests_kcount: ['per_request', 1000],
  input_document_kpages: ['per_page', 1000],
}

type Conditional = readonly ConditionalPrice[]

/** When the prices that hold at a moment began to; 0 for those that always did. Between two such moments all prices stay. */
export function periodOf(prices: Conditional | ModelPrice, timestamp: number): number {
  return isConditional(prices) ? Math.max(0, ...startsOf(prices).filter(start => start <= timestamp)) : 0
}

/** @param period as `periodOf` says */
export function priceListOf(prices: Conditional | ModelPrice, period: number): PriceList {
  if (!isConditional(prices)) return flat(prices)
  const current = prices.filter(({ constraint }) => constraint?.type !== 'time_of_date' && startOf(constraint) <= period).at(-1)
  const windows = prices.flatMap(({ constraint, prices: own }) => (constraint?.type === 'time_of_date' ? [windowOf(constraint, own)] : []))
  return { ...flat(current?.prices ?? {}), ...(windows.length === 0 ? {} : { time_windows: windows }) }
}

function isConditional(prices: Conditional | ModelPrice): prices is Conditional {
  return Array.isArray(prices)
}

function startsOf(prices: Conditional): readonly number[] {
  return prices.map(({ constraint }) => startOf(constraint))
}

function startOf(constraint: ConditionalPrice['constraint']): number {
  return constraint?.type === 'start_date' ? Date.parse(constraint.start_date) : 0
}

function windowOf({ start_time: start, end_time: end }: { readonly start_time: string; readonly end_time: string }, prices: ModelPrice): PriceWindow {
  return { utc_ranges: [{ start: start.slice(0, 8), end: end.slice(0, 8) }], pricing: flat(prices) }
}

/** Rates, and tiers for those that depend on the length of the prompt. */
function flat(prices: ModelPrice): PriceList {
  const known = Object.entries(prices).flatMap(([unit, price]) =>
    price === undefined || !Object.hasOwn(units, unit) ? [] : [[...(units[unit] as readonly [RateName, number]), price] as const],
  )
  const rates = Object.fromEntries(known.map(([name, count, price]) => [name, rate(typeof price === 'number' ? price : price.base, count)]))
  const starts = [...new Set(known.flatMap(([, , price]) => (typeof price === 'number' ? [] : price.tiers.map(({ start }) => start))))].sort(
    (one, other) => one - other,
  )
  const tiers =
    starts.length === 0
      ? []
      : [0, ...starts].map((start, at): PriceTier => ({ ...(at < starts.length ? { up_to_tokens: starts[at] as number } : {}), ...ratesFrom(start, known) }))
  return { ...rates, ...(tiers.length === 0 ? {} : { tiers }) }
}

/** The rates of prompts of more than `start` tokens. */
function ratesFrom(start: number, known: readonly (readonly [RateName, number, NonNullable<ModelPrice[string]>])[]): PriceTier {
  return Object.fromEntries(
    known.flatMap(([name, count, price]) =>
      typeof price === 'number' ? [] : [[name, rate(price.tiers.findLast(tier => tier.start <= start)?.price ?? price.base, count)]],
    ),
  )
}

function rate(price: number, count: number): number {
  return count === 1 ? price : exactUsd(price / count)
}
