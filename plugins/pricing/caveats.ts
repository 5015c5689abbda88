/** What a cost leaves open. */

import type { PricedCall } from '../../core/index.ts'
import { hourWriteNames, minutesWriteNames } from '../../core/usage/count-names.ts'
import type { PriceList } from './price-list.ts'
import { tokenKindsOf } from './token-kinds.ts'
import { unitsOf } from './units.ts'

/** Numbers that break down what is counted elsewhere. */
const informational = /text|image|miss|prediction|tool_use|billed_units/

const ofWrites = [...hourWriteNames, ...minutesWriteNames].map(({ name }) => name)

/** Joined and sorted; null if there are none. @param isMeasured whether any tokens or units were priced */
export function caveatsOf(call: PricedCall, prices: PriceList, isMeasured: boolean): string | null {
  const found = [
    ...unmapped(call).map(name => `unmapped token field: ${name}`),
    ...isSound(call) && !isMeasured && hasSoundRate(prices) ? ['audio could not be measured'] : [],
    ...call.estimated === true && dependsOnUsage(prices) ? ['estimated usage'] : [],
  ]
  return found.length === 0 ? null : [...new Set(found)].sort().join('; ')
}

function unmapped({ provider, raw_data: raw }: PricedCall): readonly string[] {
  const known = new Set([...tokenKindsOf(provider).flatMap(({ names }) => names.map(({ name }) => name)), ...unitsOf(provider).flatMap(({ names }) => names), ...ofWrites])
  return Object.entries(raw ?? {}).filter(([name, value]) => typeof value === 'number' && value > 0 && /_(?:tokens|count)$/.test(name) && !known.has(name) && !informational.test(name)).map(([name]) => name)
}

function isSound({ endpoint }: PricedCall): boolean {
  return endpoint.includes('/audio/')
}

function hasSoundRate(prices: PriceList): boolean {
  return Object.keys(prices).some(name => /^(?:per_second_|per_character_|audio_)/.test(name))
}

/** A price of the call alone is right whatever it used. */
export function dependsOnUsage(prices: PriceList): boolean {
  return Object.keys(prices).some(name => name !== 'per_request' && name !== 'currency')
}
