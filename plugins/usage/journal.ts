/** How usage records are stored: what is sought, and which sums are kept. */

import type { Column, Journal, JournalDefinition } from '../../core/storage/journal.ts'
import type { UsageRecord } from '../../schemas/records/usage.schema.ts'

export type UsageJournal = Journal<UsageRecord>

const text: Column = { type: 'text' }
const sought: Column = { type: 'text', indexed: true }
const searched: Column = { type: 'text', indexed: true, searched: true }
const count: Column = { type: 'integer' }
const money: Column = { type: 'real' }

export const costs = ['input_cost', 'output_cost', 'total_cost', 'rewrite_cost_saved'] as const
export const tokens = [
  'input_tokens',
  'output_tokens',
  'total_tokens',
  'uncached_input_tokens',
  'cached_input_tokens',
  'cache_write_input_tokens',
  'rewrite_tokens_saved',
] as const

export const usageJournal: JournalDefinition<UsageRecord> = {
  name: 'usage',
  columns: {
    request_id: searched,
    provider_id: text,
    model: searched,
    provider: searched,
    provider_name: searched,
    requested_model: text,
    endpoint: text,
    user_path: sought,
    user_id: text,
    session_id: sought,
    auth_key_id: text,
    labels: { type: 'texts', indexed: true },
    status: text,
    cache_type: sought,
    input_tokens: count,
    output_tokens: count,
    total_tokens: count,
    estimated: { type: 'boolean' },
    uncached_input_tokens: count,
    cached_input_tokens: count,
    cache_write_input_tokens: count,
    raw_data: { type: 'json' },
    input_cost: money,
    output_cost: money,
    total_cost: money,
    cost_source: text,
    costs_calculation_caveat: text,
    rewrite_tokens_saved: count,
    rewrite_cost_saved: money,
    origin: text,
  },
  rollup: {
    dimensions: ['model', 'provider', 'provider_name', 'user_path', 'cache_type'],
    measures: [...tokens, ...costs],
    often: [['cache_type'], ['user_path', 'cache_type'], ['model', 'provider', 'provider_name', 'cache_type']],
  },
}
