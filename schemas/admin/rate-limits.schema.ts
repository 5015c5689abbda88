/** What the admin API says and takes of rate limits. Made by schemas/generate.ts; edit rate-limits.schema.json instead. */

/**
 * This interface was referenced by `RateLimitBodies`'s JSON-Schema
 * via the `definition` "Count".
 */
export type Count = number
/**
 * This interface was referenced by `RateLimitBodies`'s JSON-Schema
 * via the `definition` "Limit".
 */
export type Limit = number
/**
 * This interface was referenced by `RateLimitBodies`'s JSON-Schema
 * via the `definition` "Scope".
 */
export type Scope = 'user_path' | 'key' | 'provider' | 'model'

/**
 * What the admin API says and takes of rate limits
 */
export interface RateLimitBodies {
  [k: string]: unknown
}
/**
 * A rate limit, and how much of it is used.
 *
 * This interface was referenced by `RateLimitBodies`'s JSON-Schema
 * via the `definition` "RateLimitView".
 */
export interface RateLimitView {
  scope: Scope
  /**
   * The user path, the id of the key, the provider, or the model.
   */
  subject: string
  /**
   * Each direct child of the path is counted by itself.
   */
  per_child: boolean
  /**
   * The child that is counted here.
   */
  effective_subject?: string
  user_path?: string
  /**
   * 0: requests that run at the same time.
   */
  period_seconds: number
  /**
   * `minute`, `hour`, `day`, `concurrent`, or seconds such as `90s`.
   */
  period_label: string
  max_requests?: Limit
  max_tokens?: Limit
  /**
   * Limits of the configuration are changed there.
   */
  source: 'config' | 'manual'
  created_at: string
  updated_at: string
  window_start?: string
  window_end?: string
  requests_used: Count
  requests_remaining?: Count
  tokens_used: Count
  tokens_remaining?: Count
  in_flight: Count
}
/**
 * The rate limits that the caller may see.
 *
 * This interface was referenced by `RateLimitBodies`'s JSON-Schema
 * via the `definition` "RateLimitList".
 */
export interface RateLimitList {
  rate_limits: RateLimitView[]
  server_time: string
}
/**
 * The period, by its name or in seconds.
 *
 * This interface was referenced by `RateLimitBodies`'s JSON-Schema
 * via the `definition` "LimitKey".
 */
export interface LimitKey {
  /**
   * `minute`, `hour`, `day`, or `concurrent`.
   */
  period?: string
  period_seconds?: number
}
/**
 * A rate limit to be set: at least one of `max_requests` and `max_tokens`.
 *
 * This interface was referenced by `RateLimitBodies`'s JSON-Schema
 * via the `definition` "RateLimitWrite".
 */
export interface RateLimitWrite {
  scope?: string
  subject?: string
  /**
   * In the place of `subject`.
   */
  user_path?: string
  per_child: boolean
  limit_key: LimitKey
  max_requests?: number | null
  max_tokens?: number | null
}
/**
 * Which rate limit.
 *
 * This interface was referenced by `RateLimitBodies`'s JSON-Schema
 * via the `definition` "RateLimitName".
 */
export interface RateLimitName {
  scope?: string
  subject?: string
  /**
   * In the place of `subject`.
   */
  user_path?: string
  per_child?: boolean
  limit_key: LimitKey
}
/**
 * Which rate limit begins anew.
 *
 * This interface was referenced by `RateLimitBodies`'s JSON-Schema
 * via the `definition` "RateLimitReset".
 */
export interface RateLimitReset {
  scope?: string
  subject?: string
  /**
   * In the place of `subject`.
   */
  user_path?: string
  period?: string
  period_seconds?: number
}
/**
 * That all are meant.
 *
 * This interface was referenced by `RateLimitBodies`'s JSON-Schema
 * via the `definition` "ResetAll".
 */
export interface ResetAll {
  confirmation: 'reset'
}
/**
 * It is done.
 *
 * This interface was referenced by `RateLimitBodies`'s JSON-Schema
 * via the `definition` "ResetDone".
 */
export interface ResetDone {
  status: 'ok'
}
