/** Records as administrators see them. */

import { csvLine } from '../shared/admin/csv.ts'
import { cacheSplit } from '../shared/usage/cache-split.ts'
import type { UsageRecord } from '../../schemas/records/usage.schema.ts'

export type UsageView = Omit<UsageRecord, 'timestamp'> & { readonly timestamp: string; readonly cached_input_ratio: number }

export function viewOf(record: UsageRecord): UsageView {
  return { ...record, timestamp: new Date(record.timestamp).toISOString(), cached_input_ratio: cacheSplit(record).cached_input_ratio }
}

const columns: readonly (keyof UsageView)[] = [
  'timestamp',
  'id',
  'request_id',
  'provider_id',
  'model',
  'provider',
  'provider_name',
  'requested_model',
  'endpoint',
  'user_path',
  'user_id',
  'session_id',
  'auth_key_id',
  'labels',
  'status',
  'cache_type',
  'origin',
  'input_tokens',
  'output_tokens',
  'total_tokens',
  'estimated',
  'uncached_input_tokens',
  'cached_input_tokens',
  'cache_write_input_tokens',
  'cached_input_ratio',
  'input_cost',
  'output_cost',
  'total_cost',
  'cost_source',
  'costs_calculation_caveat',
  'rewrite_tokens_saved',
  'rewrite_cost_saved',
  'raw_data',
]

/** The head of a table. */
export const csvHead = csvLine(columns)

export function csvLineOf(view: UsageView): string {
  return csvLine(columns.map(column => view[column]))
}
