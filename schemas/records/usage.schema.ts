/** What one call used and cost, as it is stored. Made by schemas/generate.ts; edit usage.schema.json instead. */

/**
 * What one call used and cost, as it is stored
 */
export interface UsageRecord {
  /**
   * A UUID; a second record of the same id is ignored.
   */
  id: string
  /**
   * Milliseconds since 1970 of the completion. Prices of this time hold.
   */
  timestamp: number
  /**
   * The gateway's id of the request.
   */
  request_id: string
  /**
   * The provider's id of its answer.
   */
  provider_id: string | null
  /**
   * The model that was executed.
   */
  model: string
  /**
   * The type of the provider.
   */
  provider: string
  /**
   * The name of the provider instance.
   */
  provider_name: string
  /**
   * The model that the caller named.
   */
  requested_model: string | null
  /**
   * The path that was called, without the base path.
   */
  endpoint: string
  /**
   * For whom; `/` where nobody was named.
   */
  user_path: string
  /**
   * The user of the key.
   */
  user_id: string | null
  /**
   * The session that the call belongs to.
   */
  session_id: string | null
  /**
   * The managed key that was used.
   */
  auth_key_id: string | null
  /**
   * What the call is counted under, beside its path.
   */
  labels: string[]
  /**
   * How the call ended.
   */
  status: 'ok' | 'error' | 'timeout' | 'aborted'
  /**
   * The layer of the gateway's cache that answered; null: a provider did.
   */
  cache_type: 'exact' | 'semantic' | null
  /**
   * The prompt, as the provider counts it; null: nobody counted.
   */
  input_tokens: number | null
  /**
   * The answer, as the provider counts it; null: nobody counted.
   */
  output_tokens: number | null
  /**
   * As the provider says it, else the sum.
   */
  total_tokens: number | null
  /**
   * The provider said nothing: the tokens are an estimate.
   */
  estimated: boolean
  /**
   * The prompt without what the provider's cache read or wrote.
   */
  uncached_input_tokens: number
  /**
   * What the provider read from its cache.
   */
  cached_input_tokens: number
  /**
   * What the provider wrote to its cache.
   */
  cache_write_input_tokens: number
  /**
   * Every other number of the provider's usage, flattened: details of the prompt begin with `prompt_`, those of the answer with `completion_`.
   */
  raw_data: {
    [k: string]: number
  } | null
  /**
   * USD; null: unknown, 0: free.
   */
  input_cost: number | null
  /**
   * USD; null: unknown, 0: free.
   */
  output_cost: number | null
  /**
   * USD; null: unknown, 0: free. Of a hit of the cache: what it saved.
   */
  total_cost: number | null
  /**
   * `model_pricing`, or the provider's own statement: `openrouter_credits`, `xai_cost_in_usd_ticks`, `edenai_cost`.
   */
  cost_source: string | null
  /**
   * Why the costs may be inexact, sorted and joined by `; `.
   */
  costs_calculation_caveat: string | null
  /**
   * Tokens that a rewriter of requests saved.
   */
  rewrite_tokens_saved: number | null
  /**
   * USD that a rewriter of requests saved.
   */
  rewrite_cost_saved: number | null
  /**
   * Who made the call: a client, a plugin, or the cache for its own needs.
   */
  origin: 'client' | 'plugin' | 'cache'
}
