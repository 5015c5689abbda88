/** What the admin API says of the audit log. Made by schemas/generate.ts; edit audit.schema.json instead. */

/**
 * What the admin API says of the audit log
 */
export interface AuditBodies {
  [k: string]: unknown
}
/**
 * One call to a provider.
 *
 * This interface was referenced by `AuditBodies`'s JSON-Schema
 * via the `definition` "AuditAttempt".
 */
export interface AuditAttempt {
  seq: number
  kind: 'primary' | 'retry' | 'failover'
  provider_type: string
  provider_name: string
  model: string
  /**
   * Null if no status came.
   */
  status_code: number | null
  success: boolean
  error_type: string | null
  error_code: string | null
  error_message: string | null
  started_at: string
  duration_ns: number
  /**
   * Of a failed call, where bodies are logged; only in whole entries.
   */
  response_body?: {
    [k: string]: unknown
  }
  /**
   * The same.
   */
  response_headers?: {
    [k: string]: unknown
  }
}
/**
 * What policy made of a request.
 *
 * This interface was referenced by `AuditBodies`'s JSON-Schema
 * via the `definition` "AuditRevision".
 */
export interface AuditRevision {
  seq: number
  /**
   * The instance that edited it.
   */
  rewriter: string
  bytes_before: number
  bytes_after: number
  tokens_saved: number
  /**
   * Only in whole entries, where bodies are logged.
   */
  body?: {
    [k: string]: unknown
  }
  /**
   * What a header policy set and removed; credentials are left out.
   */
  detail?: {
    [k: string]: unknown
  }
}
/**
 * What one step of policy did.
 *
 * This interface was referenced by `AuditBodies`'s JSON-Schema
 * via the `definition` "AuditGuardrail".
 */
export interface AuditGuardrail {
  seq: number
  phase: 'route' | 'prompt' | 'response' | 'stream'
  /**
   * The place of the step in its pipeline; null of a strategy of virtual models.
   */
  step: number | null
  instance: string
  /**
   * The plugin.
   */
  type: string
  action: 'allow' | 'warn' | 'block' | 'respond' | 'failure'
  code: string | null
  message: string | null
  /**
   * What kinds of things were found, and how many; only in whole entries.
   */
  detail?: {
    [k: string]: unknown
  } | null
  /**
   * Why it failed.
   */
  error: string | null
  /**
   * What its failure meant.
   */
  fail_mode: string | null
  /**
   * Whether it changed the request, the reply, or an event of the stream.
   */
  edited: boolean
  /**
   * On `route`: the target that the strategy chose.
   */
  target: string | null
  /**
   * On `stream`: events that left as something else than they came.
   */
  replaced_events: number | null
  /**
   * On `stream`: events that were withheld.
   */
  dropped_events: number | null
  duration_ns: number | null
}
/**
 * Features that the request's pipeline had.
 *
 * This interface was referenced by `AuditBodies`'s JSON-Schema
 * via the `definition` "AuditFeatures".
 */
export interface AuditFeatures {
  cache: boolean
  audit: boolean
  usage: boolean
  budget: boolean
  guardrails: boolean
  failover: boolean
}
/**
 * What else is known of a request.
 *
 * This interface was referenced by `AuditBodies`'s JSON-Schema
 * via the `definition` "AuditData".
 */
export interface AuditData {
  user_agent?: string | null
  /**
   * 16 hex digits of the token's SHA-256.
   */
  api_key_hash?: string
  event_type?: 'authentication_failed' | 'admin_write'
  /**
   * Of a write: the endpoint, and what stood there before and after it.
   */
  event?: {
    [k: string]: unknown
  }
  labels?: string[]
  workflow_features?: AuditFeatures
  /**
   * Of a request that another model answered.
   */
  failover?: {
    target_model: string
  }
  /**
   * What translation could not carry.
   *
   * Items: One field.
   */
  losses?: {
    field: string
    done: string
  }[]
  attempts?: AuditAttempt[]
  request_revisions?: AuditRevision[]
  guardrails?: AuditGuardrail[]
  temperature?: number
  max_tokens?: number
  error_message?: string
  error_code?: string | null
  /**
   * Empty: the gateway raised the error.
   */
  error_provider?: string
  request_headers?: {
    [k: string]: unknown
  }
  response_headers?: {
    [k: string]: unknown
  }
  /**
   * JSON, or a string; only in whole entries, where bodies are logged.
   */
  request_body?: {
    [k: string]: unknown
  }
  /**
   * The same; of a stream, the plain reply that it amounts to.
   */
  response_body?: {
    [k: string]: unknown
  }
  request_body_too_big_to_handle?: boolean
  response_body_too_big_to_handle?: boolean
  [k: string]: unknown
}
/**
 * What the providers counted for the request.
 *
 * This interface was referenced by `AuditBodies`'s JSON-Schema
 * via the `definition` "AuditUsage".
 */
export interface AuditUsage {
  entries: number
  input_tokens: number
  uncached_input_tokens: number
  cached_input_tokens: number
  cache_write_input_tokens: number
  output_tokens: number
  total_tokens: number
  cached_input_ratio: number
  estimated_cached_characters: number
}
/**
 * One request, or one write of an administrator.
 *
 * This interface was referenced by `AuditBodies`'s JSON-Schema
 * via the `definition` "AuditEntry".
 */
export interface AuditEntry {
  id: string
  timestamp: string
  duration_ns: number
  requested_model: string | null
  resolved_model: string | null
  /**
   * The type of the instance.
   */
  provider: string | null
  provider_name: string | null
  alias_used: boolean
  workflow_version_id: string | null
  cache_type: string | null
  status_code: number
  request_id: string
  principal_id: string | null
  auth_key_id: string | null
  auth_method: string | null
  client_ip: string | null
  method: string
  path: string
  user_path: string
  session_id: string | null
  stream: boolean
  error_type: string | null
  /**
   * Whether the bodies are a conversation.
   */
  conversation_payload: boolean
  /**
   * Whether bodies and details are left out.
   */
  bodies_omitted: boolean
  data: AuditData
  usage?: AuditUsage
}
/**
 * A page of the log.
 *
 * This interface was referenced by `AuditBodies`'s JSON-Schema
 * via the `definition` "AuditLog".
 */
export interface AuditLog {
  entries: AuditEntry[]
  total: number
  limit: number
  offset: number
}
/**
 * A page of sessions.
 *
 * This interface was referenced by `AuditBodies`'s JSON-Schema
 * via the `definition` "AuditSessions".
 */
export interface AuditSessions {
  /**
   * Items: One session.
   */
  sessions: {
    request_count: number
    latest: AuditEntry
  }[]
  total: number
  limit: number
  offset: number
}
/**
 * The requests of one hour or day.
 *
 * This interface was referenced by `AuditBodies`'s JSON-Schema
 * via the `definition` "AuditBucket".
 */
export interface AuditBucket {
  start: string
  requests: number
  status_2xx: number
  status_4xx: number
  status_5xx: number
  status_other: number
}
/**
 * How requests went.
 *
 * This interface was referenced by `AuditBodies`'s JSON-Schema
 * via the `definition` "AuditStats".
 */
export interface AuditStats {
  interval: 'hour' | 'day'
  buckets: AuditBucket[]
  /**
   * All of them.
   */
  summary: {
    requests: number
    status_2xx: number
    status_4xx: number
    status_5xx: number
    status_other: number
    success_rate: number | null
    avg_duration_ms: number | null
  }
  /**
   * Items: One provider type, by bucket; null where it was not asked.
   */
  provider_latency: {
    provider: string
    requests: number[]
    avg_duration_ms: (number | null)[]
  }[]
  /**
   * Items: How often one model answered for another.
   */
  failovers: {
    from: string
    to: string
    count: number
  }[]
}
/**
 * The requests of one conversation.
 *
 * This interface was referenced by `AuditBodies`'s JSON-Schema
 * via the `definition` "AuditConversation".
 */
export interface AuditConversation {
  anchor_id: string
  entries: AuditEntry[]
  truncated: boolean
}
