/** How the providers are doing. Made by schemas/generate.ts; edit providers.schema.json instead. */

/**
 * How a provider is doing.
 *
 * This interface was referenced by `ProviderBodies`'s JSON-Schema
 * via the `definition` "ProviderState".
 */
export type ProviderState = 'healthy' | 'degraded' | 'unhealthy'
/**
 * Of the circuit breaker that is worst off.
 *
 * This interface was referenced by `ProviderBodies`'s JSON-Schema
 * via the `definition` "CircuitState".
 */
export type CircuitState = 'closed' | 'half-open' | 'open'

/**
 * How the providers are doing
 */
export interface ProviderBodies {
  [k: string]: unknown
}
/**
 * How all providers are doing.
 *
 * This interface was referenced by `ProviderBodies`'s JSON-Schema
 * via the `definition` "ProvidersStatus".
 */
export interface ProvidersStatus {
  summary: {
    total: number
    healthy: number
    degraded: number
    unhealthy: number
    overall_status: ProviderState
  }
  providers: ProviderStatus[]
}
/**
 * How one provider is doing.
 *
 * This interface was referenced by `ProviderBodies`'s JSON-Schema
 * via the `definition` "ProviderStatus".
 */
export interface ProviderStatus {
  name: string
  type: string
  status: ProviderState
  /**
   * The state in a word or two.
   */
  status_label: string
  /**
   * Why it is in this state.
   */
  status_reason: string
  /**
   * Why its models could not be listed the last time.
   */
  last_error: string | null
  config: {
    name: string
    type: string
    base_url: string | null
    api_version: string | null
    /**
     * The models that are configured.
     */
    models: string[]
    session_sticky_keys: boolean
    /**
     * The rules under which it is called: `retry`, `circuit_breaker`. Durations are in milliseconds.
     */
    resilience: {
      [k: string]: {
        [k: string]: unknown
      }
    }
  }
  runtime: {
    registered: boolean
    /**
     * Every provider was asked for its models once.
     */
    registry_initialized: boolean
    discovered_model_count: number
    /**
     * An earlier list stands.
     */
    using_cached_models: boolean
    inventory_stale: boolean
    last_model_fetch_at: string | null
    last_model_fetch_success_at: string | null
    last_model_fetch_error: string | null
    last_availability_check_at: string | null
    last_availability_ok_at: string | null
    last_availability_error: string | null
  }
  circuit_state?: CircuitState
  request_health: {
    circuit_state?: CircuitState
    window_seconds: number
    requests: number
    errors: number
    models: ModelHealth[]
  }
}
/**
 * How requests for one model went.
 *
 * This interface was referenced by `ProviderBodies`'s JSON-Schema
 * via the `definition` "ModelHealth".
 */
export interface ModelHealth {
  model: string
  requests: number
  errors: number
  /**
   * At least three failed, and at least half.
   */
  flagged: boolean
  last_error?: {
    status_code: number
    message: string
    at: string
  }
}
