/** Prices as people read them. */

import type { PriceList, PriceTier, PriceWindow } from '../../../schemas/records/pricing.schema.ts'
import { count } from '../../data/words.ts'

/** A price that is one number. */
export type Rate = Exclude<keyof PriceList, 'tiers' | 'time_windows' | 'currency'>

/** In the order of a form; first those that most models have. */
export const rates: Readonly<Record<Rate, string>> = {
  input_per_mtok: 'Input',
  output_per_mtok: 'Output',
  cached_input_per_mtok: 'Cached input',
  cache_write_per_mtok: 'Cache write',
  cache_write_1h_per_mtok: 'Cache write for an hour',
  reasoning_output_per_mtok: 'Reasoning',
  batch_input_per_mtok: 'Batch input',
  batch_output_per_mtok: 'Batch output',
  audio_input_per_mtok: 'Audio input',
  audio_output_per_mtok: 'Audio output',
  input_image_per_mtok: 'Image input',
  output_image_per_mtok: 'Image output',
  per_image: 'Image made',
  input_per_image: 'Image sent',
  per_second_input: 'Second sent',
  per_second_output: 'Second made',
  per_character_input: 'Character sent',
  per_request: 'Call',
  per_page: 'Page read',
}

export const rateNames = Object.keys(rates) as readonly Rate[]

export function isPerMillion(rate: Rate): boolean {
  return rate.endsWith('_per_mtok')
}

/** Nothing is known of it where it is undefined; 0 is free. */
export function price(usd: number | undefined): string {
  return usd === undefined ? '–' : `$${usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 8 })}`
}

/** When a rate is another one, in a line each. */
export function exceptionsOf({ time_windows: windows = [], tiers = [] }: PriceList, rate: Rate): readonly string[] {
  const all = [
    ...windows.map(window => [window.pricing[rate], hoursOf(window)] as const),
    ...tiers.map(tier => [tier[rate as keyof PriceTier], lengthOf(tier)] as const),
  ]
  return all.flatMap(([usd, when]) => (usd === undefined ? [] : [`${price(usd)} ${when}`]))
}

/** The hours of a window, such as `night: 22:00–06:00 UTC`. */
function hoursOf({ label, utc_ranges: ranges }: PriceWindow): string {
  const hours = ranges.map(({ start, end, days = [] }) => `${days.length === 0 ? '' : `${days.join(', ')} `}${start.slice(0, 5)}–${end.slice(0, 5)}`).join(', ')
  return `${label === undefined ? 'at' : `${label}:`} ${hours} UTC`
}

function lengthOf({ up_to_tokens: tokens, up_to_mtok: millions }: PriceTier): string {
  const most = tokens ?? (millions === undefined ? undefined : millions * 1e6)
  return most === undefined ? 'for longer prompts' : `up to ${count(most)} tokens`
}
