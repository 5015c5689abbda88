/** Makes the record that is stored of what was noted: tokens as the provider counts them, and what they cost. */

import type { Cost, PricedCall, Pricing, Usage, UsageEntry } from '../../core/index.ts'
import { baseCounts, type BaseCounts } from '../shared/usage/base-counts.ts'
import { cacheSplit, type CacheSplit } from '../shared/usage/cache-split.ts'
import type { UsageRecord } from '../../schemas/records/usage.schema.ts'

const estimatedCaveat = 'estimated usage'

const unknownCost: Cost = { input_cost: null, output_cost: null, total_cost: null, cost_source: null, costs_calculation_caveat: null }

/** What a record says beside its counts and its costs. */
export type RecordFacts = Omit<UsageRecord, keyof BaseCounts | keyof CacheCounts | keyof Cost>

type CacheCounts = Pick<CacheSplit, 'uncached_input_tokens' | 'cached_input_tokens' | 'cache_write_input_tokens'>

export type PriceOf = (call: PricedCall) => Cost

export const nothingCounted: BaseCounts = { input_tokens: null, output_tokens: null, total_tokens: null, raw_data: null }

/** The facts with their counts and costs. Every request comes by here. */
export function madeRecord(facts: RecordFacts, counts: BaseCounts, priceOf: PriceOf): UsageRecord {
  const { uncached_input_tokens, cached_input_tokens, cache_write_input_tokens } = cacheSplit(counts)
  const { input_tokens, output_tokens, total_tokens, raw_data } = counts
  const { provider, provider_name, model, timestamp, endpoint, estimated, status } = facts
  const { input_cost, output_cost, total_cost, cost_source, costs_calculation_caveat } = costColumns(
    { provider, provider_name, model, timestamp, endpoint, input_tokens, output_tokens, raw_data, estimated, status },
    priceOf,
  )
  return {
    ...facts,
    input_tokens,
    output_tokens,
    total_tokens,
    raw_data,
    uncached_input_tokens,
    cached_input_tokens,
    cache_write_input_tokens,
    input_cost,
    output_cost,
    total_cost,
    cost_source,
    costs_calculation_caveat,
  }
}

/** @param entry as another plugin gave it: with the columns of a record */
export function recordOf(entry: UsageEntry, priceOf: PriceOf): UsageRecord {
  return madeRecord(
    {
      id: entry.id,
      timestamp: Math.trunc(entry.timestamp),
      request_id: text(entry, 'request_id') ?? '',
      provider_id: text(entry, 'provider_id'),
      model: text(entry, 'model') ?? '',
      provider: text(entry, 'provider') ?? '',
      provider_name: text(entry, 'provider_name') ?? '',
      requested_model: text(entry, 'requested_model'),
      endpoint: text(entry, 'endpoint') ?? '',
      user_path: text(entry, 'user_path') ?? '/',
      user_id: text(entry, 'user_id'),
      session_id: text(entry, 'session_id'),
      auth_key_id: text(entry, 'auth_key_id'),
      labels: (entry['labels'] as string[] | undefined) ?? [],
      status: (entry['status'] as UsageRecord['status'] | undefined) ?? 'ok',
      cache_type: (entry['cache_type'] as UsageRecord['cache_type'] | undefined) ?? null,
      origin: (entry['origin'] as UsageRecord['origin'] | undefined) ?? 'client',
      estimated: entry['estimated'] === true,
      rewrite_tokens_saved: number(entry, 'rewrite_tokens_saved'),
      rewrite_cost_saved: number(entry, 'rewrite_cost_saved'),
    },
    countsOf(entry),
    priceOf,
  )
}

/** Costs as they are stored: an estimate that nobody can price is marked as one, too. */
export function costColumns(call: PricedCall, priceOf: PriceOf): Cost {
  const cost = priceOf(call)
  return call.estimated === true && cost.total_cost === null && cost.costs_calculation_caveat === null
    ? { ...cost, costs_calculation_caveat: estimatedCaveat }
    : cost
}

/** The columns of a row that a price is found for. */
export function pricedCallOf({
  provider,
  provider_name,
  model,
  timestamp,
  endpoint,
  input_tokens,
  output_tokens,
  raw_data,
  estimated,
  status,
}: UsageRecord): PricedCall {
  return { provider, provider_name, model, timestamp, endpoint, input_tokens, output_tokens, raw_data, estimated, status }
}

/** All of the prompt and of the answer, whoever the provider is. */
export function tokensOf({
  uncached_input_tokens: uncached,
  cached_input_tokens: cached,
  cache_write_input_tokens: written,
  output_tokens: output,
}: UsageRecord): Usage {
  return { inputTokens: uncached + cached + written, ...(output === null ? {} : { outputTokens: output }) }
}

function countsOf(entry: UsageEntry): BaseCounts {
  const usage = entry['usage'] as Usage | undefined
  if (usage !== undefined)
    return baseCounts(entry['raw'] === undefined ? usage : { ...usage, raw: entry['raw'] as Record<string, unknown> }, {
      countsApart: (entry['apart'] as ('cache' | 'reasoning')[] | undefined) ?? [],
    })
  const [input, output] = [number(entry, 'input_tokens'), number(entry, 'output_tokens')]
  const total = number(entry, 'total_tokens') ?? (input === null && output === null ? null : (input ?? 0) + (output ?? 0))
  return { input_tokens: input, output_tokens: output, total_tokens: total, raw_data: (entry['raw_data'] as BaseCounts['raw_data'] | undefined) ?? null }
}

function text(entry: UsageEntry, name: string): string | null {
  const value = entry[name]
  return typeof value === 'string' && value !== '' ? value : null
}

function number(entry: UsageEntry, name: string): number | null {
  const value = entry[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

/** What a price list that fails makes of a cost: a record without a price is better than none. */
export function carefully(pricing: Pricing, failed: (cause: unknown) => void): PriceOf {
  return call => {
    try {
      return pricing.cost(call)
    } catch (cause) {
      failed(cause)
      return unknownCost
    }
  }
}
