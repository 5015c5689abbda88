/** The sums that administrators see: in all, by period, by model, by path, by label. */

import type { AdminCall, Pricing } from '../../core/index.ts'
import type { Filter, Sum } from '../../core/storage/journal.ts'
import { periods, type PeriodUnit } from '../../core/storage/periods.ts'
import { exactUsd } from '../shared/usage/exact-usd.ts'
import { costs, tokens, type UsageJournal } from './journal.ts'
import { asked } from './questions.ts'
import { Tally, tallies, tallyOf, type CacheMode } from './tally.ts'

const measures = [...tokens, ...costs]
const model = ['model', 'provider', 'provider_name'] as const
const units: Readonly<Record<string, PeriodUnit>> = { daily: 'day', weekly: 'week', monthly: 'month', yearly: 'year' }

export type Summary = Readonly<Record<string, number | null>>

export async function summaryOf(journal: UsageJournal, filter: Filter, mode: CacheMode): Promise<Summary> {
  return summary(tallyOf((await journal.sums({ filter, by: ['cache_type'], measures })).groups, mode))
}

/** What a summary says of records. */
export function summary(tally: Tally): Summary {
  return {
    total_requests: tally.requests,
    total_input_tokens: tally.tokens('input_tokens'),
    total_output_tokens: tally.tokens('output_tokens'),
    total_tokens: tally.tokens('total_tokens'),
    ...cacheFields(tally),
    total_input_cost: tally.cost('input_cost'),
    total_output_cost: tally.cost('output_cost'),
    total_cost: tally.cost('total_cost'),
    rewrite_tokens_saved: tally.tokens('rewrite_tokens_saved'),
    rewrite_cost_saved: tally.cost('rewrite_cost_saved'),
  }
}

/** Periods without records are left out. */
export async function byPeriod(journal: UsageJournal, call: AdminCall, now: number): Promise<readonly object[]> {
  const {
    range: { from, to },
    filter,
    mode,
  } = asked(call, now)
  const { borders, labels } = periods({ from, to: Math.max(to, from + 1), unit: units[String(call.query['interval'])] ?? 'day', timeZone: call.timeZone })
  const { groups } = await journal.sums({ filter, by: ['cache_type'], borders, measures })
  return [...tallies(groups, mode, ({ period }) => String(period))]
    .filter(([, { requests }]) => requests > 0)
    .map(([period, tally]) => ({ date: labels[Number(period)], requests: tally.requests, ...countsOf(tally) }))
}

export async function byModel(journal: UsageJournal, call: AdminCall, now: number, pricing: Pricing): Promise<readonly object[]> {
  return await grouped(journal, call, {
    now,
    pricing,
    by: model,
    view: ({ key }) => ({ model: key['model'], provider: key['provider'], provider_name: key['provider_name'] }),
  })
}

export async function byUserPath(journal: UsageJournal, call: AdminCall, now: number, pricing: Pricing): Promise<readonly object[]> {
  return await grouped(journal, call, { now, pricing, by: ['user_path', ...model], view: ({ key }) => ({ user_path: key['user_path'] }) })
}

/** A record of several labels counts in each. */
export async function byLabel(journal: UsageJournal, call: AdminCall, now: number, pricing: Pricing): Promise<readonly object[]> {
  return await grouped(journal, call, { now, pricing, by: ['labels', ...model], view: ({ key }) => ({ label: key['labels'] }) })
}

interface Grouping {
  readonly now: number
  readonly pricing: Pricing
  readonly by: readonly ('labels' | 'user_path' | (typeof model)[number])[]
  view(sum: Sum): object
}

/** The groups that used most come first. */
async function grouped(journal: UsageJournal, call: AdminCall, { now, pricing, by, view }: Grouping): Promise<readonly object[]> {
  const { filter, mode } = asked(call, now)
  const { groups } = await journal.sums({ filter, by: [...by, 'cache_type'], measures })
  const keyOf = (sum: Sum) => JSON.stringify(view(sum))
  const byKey = Map.groupBy(groups, keyOf)
  return [...tallies(groups, mode, keyOf)]
    .filter(([, tally]) => !tally.isEmpty)
    .sort(([, one], [, other]) => other.tokens('total_tokens') - one.tokens('total_tokens'))
    .map(([key, tally]) => ({
      ...(JSON.parse(key) as object),
      requests: tally.requests,
      ...countsOf(tally),
      local_cached_input_tokens: tally.localInput,
      local_cached_output_tokens: tally.localOutput,
      cached_input_cost: cachedInputCost(byKey.get(key) ?? [], mode, pricing),
    }))
}

function countsOf(tally: Tally): Summary {
  return {
    input_tokens: tally.tokens('input_tokens'),
    output_tokens: tally.tokens('output_tokens'),
    total_tokens: tally.tokens('total_tokens'),
    ...cacheFields(tally),
    input_cost: tally.cost('input_cost'),
    output_cost: tally.cost('output_cost'),
    total_cost: tally.cost('total_cost'),
  }
}

function cacheFields(tally: Tally): Summary {
  return {
    uncached_input_tokens: tally.tokens('uncached_input_tokens'),
    cached_input_tokens: tally.tokens('cached_input_tokens'),
    cache_write_input_tokens: tally.tokens('cache_write_input_tokens'),
  }
}

/** What the prompts that the providers had cached would cost now; null if nobody knows a price for any of them. */
function cachedInputCost(sums: readonly Sum[], mode: CacheMode, pricing: Pricing): number | null {
  const byPrice = Map.groupBy(sums, ({ key }) => JSON.stringify([key['provider'], key['provider_name'], key['model']]))
  const read = [...byPrice.values()].map(of => ({ tokens: tallyOf(of, mode).tokens('cached_input_tokens'), of: of[0] as Sum })).filter(part => part.tokens > 0)
  const known = read.flatMap(part => {
    const price = cachedPrice(part.of, pricing)
    return price === undefined ? [] : [(part.tokens * price) / 1e6]
  })
  return read.length > 0 && known.length === 0 ? null : exactUsd(known.reduce((sum, cost) => sum + cost, 0))
}

function cachedPrice({ key }: Sum, pricing: Pricing): number | undefined {
  const price = pricing.of({ provider: String(key['provider']), provider_name: String(key['provider_name']), model: String(key['model']) })?.pricing[
    'cached_input_per_mtok'
  ]
  return typeof price === 'number' ? price : undefined
}
