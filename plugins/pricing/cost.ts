/** What a call costs by the prices of its model. */

import type { Cost, PricedCall } from '../../core/index.ts'
import { cacheSplit } from '../shared/usage/cache-split.ts'
import { firstCount, hourWriteNames } from '../shared/usage/count-names.ts'
import { caveatsOf } from './caveats.ts'
import type { RateCard, Rates } from './rate-card.ts'
import { reportedCost } from './reported-cost.ts'
import { Side, sumOf } from './side.ts'
import { tokenKindsOf, type TokenKind } from './token-kinds.ts'
import { unitsOf } from './units.ts'

const unknown: Cost = { input_cost: null, output_cost: null, total_cost: null, cost_source: null, costs_calculation_caveat: null }

/** Where no price says otherwise, a write that lasts an hour costs so many times the prompt. */
const hourWriteTimes = 2

type Sides = Readonly<Record<'input' | 'output', Side>>

/** @param prices asked for only if the provider does not say itself what the call cost */
export function costOf(call: PricedCall, prices: () => RateCard | undefined): Cost {
  const reported = reportedCost(call)
  if (reported !== undefined) return reported
  const card = prices()
  return card === undefined ? unknown : billed(call, card)
}

function billed(call: PricedCall, card: RateCard): Cost {
  const rates = card.ratesOf({ timestamp: call.timestamp, endpoint: call.endpoint, promptTokens: promptTokensOf(call) })
  const sides: Sides = { input: new Side(call.input_tokens, rates.input_per_mtok), output: new Side(call.output_tokens, rates.output_per_mtok) }
  for (const kind of tokenKindsOf(call.provider)) addTokens(call, kind, rates, sides)
  const hasUnits = addUnits(call, rates, sides)
  const isMeasured = hasUnits || (call.input_tokens ?? 0) + (call.output_tokens ?? 0) > 0
  if (rates.per_request !== undefined && isAnswered(call, hasUnits)) sides.output.add(1, rates.per_request)
  const [input, output] = [sides.input.cost, sides.output.cost]
  const total = sumOf(input, output)
  return {
    input_cost: input,
    output_cost: output,
    total_cost: total,
    cost_source: total === null ? null : 'model_pricing',
    costs_calculation_caveat: caveatsOf(call, card, isMeasured),
  }
}

/** Whether this is the record of an answer: of a call that none began of there is none, and a response in the background is counted in a record of its own when it is over. */
function isAnswered({ input_tokens: input, output_tokens: output, status = 'ok', endpoint }: PricedCall, hasUnits: boolean): boolean {
  if (hasUnits || input !== null || output !== null) return true
  return status === 'ok' && !countedLater.test(endpoint)
}

/** What is answered here has tokens: they are estimated where nobody counted them. */
const countedLater = /^\/v1\/responses\/?$/

function promptTokensOf(call: PricedCall): number {
  const { uncached_input_tokens: uncached, cached_input_tokens: cached, cache_write_input_tokens: written } = cacheSplit(call)
  return uncached + cached + written
}

function addTokens({ raw_data: raw }: PricedCall, kind: TokenKind, rates: Rates, sides: Sides): void {
  const found = firstCount(kind.names, raw ?? {})
  if (found === undefined) return
  const side = sides[kind.side]
  const forAnHour = kind.rate === 'cache_write_per_mtok' ? Math.min(found.tokens, firstCount(hourWriteNames, raw ?? {})?.tokens ?? 0) : 0
  if (forAnHour > 0) side.count(forAnHour, rates.cache_write_1h_per_mtok ?? times(side.rate, hourWriteTimes), found.isApart)
  side.count(found.tokens - forAnHour, rates[kind.rate] ?? (found.isApart ? times(side.rate, kind.timesBase) : undefined), found.isApart)
}

function times(rate: number | undefined, factor: number): number | undefined {
  return rate === undefined ? undefined : rate * factor
}

/** @returns whether there was anything to price */
function addUnits({ provider, output_tokens: outputTokens, raw_data: raw }: PricedCall, rates: Rates, sides: Sides): boolean {
  let hasAny = false
  for (const { side, rate, names, insteadOfTokens } of unitsOf(provider)) {
    const price = rates[rate]
    if (price === undefined || (insteadOfTokens === true && (outputTokens ?? 0) > 0)) continue
    const count = names.map(name => raw?.[name]).find(value => typeof value === 'number' && value > 0) as number | undefined
    if (count === undefined) continue
    sides[side].add(count, price)
    hasAny = true
  }
  return hasAny
}
