/** What the admin API says and takes of usage. Made by schemas/generate.ts; edit usage.schema.json instead. */

/**
 * This interface was referenced by `UsageBodies`'s JSON-Schema
 * via the `definition` "Count".
 */
export type Count = number
/**
 * USD; null: unknown, 0: free.
 *
 * This interface was referenced by `UsageBodies`'s JSON-Schema
 * via the `definition` "Money".
 */
export type Money = number | null
/**
 * Periods with records, the oldest first.
 *
 * This interface was referenced by `UsageBodies`'s JSON-Schema
 * via the `definition` "UsagePeriods".
 */
export type UsagePeriods = (Sums & {
  /**
   * `2026-02-17`, `2026-W08` (ISO), `2026-02` or `2026`.
   */
  date: string
  [k: string]: unknown
})[]
/**
 * Models, those with the most tokens first.
 *
 * This interface was referenced by `UsageBodies`'s JSON-Schema
 * via the `definition` "UsageModels".
 */
export type UsageModels = (Sums &
  LocalCache & {
    model: string
    /**
     * The type of the instance.
     */
    provider: string
    /**
     * The name of the instance.
     */
    provider_name: string
    [k: string]: unknown
  })[]
/**
 * User paths, those with the most tokens first.
 *
 * This interface was referenced by `UsageBodies`'s JSON-Schema
 * via the `definition` "UsageUserPaths".
 */
export type UsageUserPaths = (Sums &
  LocalCache & {
    user_path: string
    [k: string]: unknown
  })[]
/**
 * Labels, those with the most tokens first.
 *
 * This interface was referenced by `UsageBodies`'s JSON-Schema
 * via the `definition` "UsageLabels".
 */
export type UsageLabels = (Sums &
  LocalCache & {
    label: string
    [k: string]: unknown
  })[]

/**
 * What the admin API says and takes of usage
 */
export interface UsageBodies {
  [k: string]: unknown
}
/**
 * What was used and spent in all.
 *
 * This interface was referenced by `UsageBodies`'s JSON-Schema
 * via the `definition` "UsageSummary".
 */
export interface UsageSummary {
  total_requests: Count
  total_input_tokens: Count
  total_output_tokens: Count
  total_tokens: Count
  uncached_input_tokens: Count
  cached_input_tokens: Count
  cache_write_input_tokens: Count
  total_input_cost: Money
  total_output_cost: Money
  total_cost: Money
  rewrite_tokens_saved: Count
  rewrite_cost_saved: Money
}
/**
 * What every sum of records says.
 *
 * This interface was referenced by `UsageBodies`'s JSON-Schema
 * via the `definition` "Sums".
 */
export interface Sums {
  requests: Count
  input_tokens: Count
  output_tokens: Count
  total_tokens: Count
  uncached_input_tokens: Count
  cached_input_tokens: Count
  cache_write_input_tokens: Count
  input_cost: Money
  output_cost: Money
  total_cost: Money
  [k: string]: unknown
}
/**
 * What the gateway's own cache answered, and what the prompts that providers had cached cost at today's prices.
 *
 * This interface was referenced by `UsageBodies`'s JSON-Schema
 * via the `definition` "LocalCache".
 */
export interface LocalCache {
  local_cached_input_tokens: Count
  local_cached_output_tokens: Count
  cached_input_cost: Money
  [k: string]: unknown
}
/**
 * Sessions, the one with the latest record first.
 *
 * This interface was referenced by `UsageBodies`'s JSON-Schema
 * via the `definition` "UsageSessions".
 */
export interface UsageSessions {
  entries: {
    session_id: string
    user_path: string
    requests: Count
    input_tokens: Count
    output_tokens: Count
    total_tokens: Count
    input_cost: Money
    output_cost: Money
    total_cost: Money
  }[]
  total: Count
  limit: Count
  offset: Count
}
/**
 * Records, the latest first.
 *
 * This interface was referenced by `UsageBodies`'s JSON-Schema
 * via the `definition` "UsageLog".
 */
export interface UsageLog {
  entries: UsageEntry[]
  total: Count
  limit: Count
  offset: Count
}
/**
 * One record: what is stored, and the share of its prompt that the provider had cached.
 *
 * This interface was referenced by `UsageBodies`'s JSON-Schema
 * via the `definition` "UsageEntry".
 */
export interface UsageEntry {
  id: string
  request_id: string
  timestamp: string
  model: string
  provider: string
  provider_name: string
  user_path: string
  status: 'ok' | 'error' | 'timeout' | 'aborted'
  cached_input_ratio: number
  [k: string]: unknown
}
/**
 * Tokens by bucket, the oldest first; the last bucket is the one that runs.
 *
 * This interface was referenced by `UsageBodies`'s JSON-Schema
 * via the `definition` "UsageThroughput".
 */
export interface UsageThroughput {
  granularity: 'second' | 'minute' | 'hour' | 'day'
  bucket_seconds: number
  buckets: {
    start: string
    input_tokens: Count
    output_tokens: Count
    prompt_cached_tokens: Count
    locally_cached_tokens: Count
  }[]
}
/**
 * Which records to compute anew.
 *
 * This interface was referenced by `UsageBodies`'s JSON-Schema
 * via the `definition` "RecalculationRequest".
 */
export interface RecalculationRequest {
  /**
   * So many days up to today; 30 where absent.
   */
  days?: number
  /**
   * The first day.
   */
  start_date?: string
  /**
   * The last day, included.
   */
  end_date?: string
  /**
   * Records of this path and of those below it.
   */
  user_path?: string
  /**
   * A model (`gpt-5`), one of an instance (`openai/gpt-5`), or all of an instance (`openai/`); of a model, in any spelling of its id.
   */
  selector?: string
  /**
   * The model that was executed.
   */
  model?: string
  /**
   * The name of an instance, or the type of several.
   */
  provider?: string
  /**
   * A label that the record has.
   */
  label?: string
  /**
   * This very word.
   */
  confirmation: 'recalculate'
}
/**
 * How many records were computed anew.
 *
 * This interface was referenced by `UsageBodies`'s JSON-Schema
 * via the `definition` "RecalculationResult".
 */
export interface RecalculationResult {
  status: 'ok'
  matched: Count
  recalculated: Count
  with_pricing: Count
  without_pricing: Count
}
