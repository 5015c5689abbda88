/** One request as the audit log keeps it, or one write of an administrator. Made by schemas/generate.ts; edit audit.schema.json instead. */

/**
 * One request as the audit log keeps it, or one write of an administrator.
 */
export interface AuditRow {
  /**
   * A UUID, the idempotency key of the write.
   */
  id: string
  /**
   * Milliseconds since 1970 at which the request came.
   */
  timestamp: number
  /**
   * From then until the last byte of the reply had left, or the caller had.
   */
  duration_ns: number
  /**
   * As the caller named it.
   */
  requested_model: string | null
  /**
   * As the provider names it.
   */
  resolved_model: string | null
  /**
   * The type of the provider instance that answered, or was asked last.
   */
  provider: string | null
  /**
   * The name of that instance.
   */
  provider_name: string | null
  /**
   * Whether the model that the caller named stands for others.
   */
  alias_used: boolean
  /**
   * The version of the workflow that applied.
   */
  workflow_version_id: string | null
  /**
   * The cache that answered: `exact` or `semantic`.
   */
  cache_type: string | null
  /**
   * What the caller saw; 499 if the caller had left.
   */
  status_code: number
  /**
   * As in `X-Request-ID`.
   */
  request_id: string
  /**
   * The user that the key is bound to.
   */
  principal_id: string | null
  /**
   * The managed key.
   */
  auth_key_id: string | null
  /**
   * `master_key`, `api_key`, `no_key` or `extension`; null if nobody was recognised.
   */
  auth_method: string | null
  /**
   * The address of the client: of its connection, or as trusted proxies say.
   */
  client_ip: string | null
  /**
   * Of HTTP.
   */
  method: string
  /**
   * Below the base path, without the query.
   */
  path: string
  /**
   * `/` where the call named none.
   */
  user_path: string
  /**
   * Scoped to its tenant.
   */
  session_id: string | null
  /**
   * The session, or the id of a row that has none.
   */
  thread: string
  /**
   * Whether a stream was asked for.
   */
  stream: boolean
  /**
   * The kind of the error that the caller saw.
   */
  error_type: string | null
  /**
   * Its words; of a refused credential the reason, which the caller is not told.
   */
  error_message: string | null
  /**
   * What the call is counted under.
   */
  labels: string[]
  /**
   * The model that was asked first, where another answered.
   */
  failover_from: string | null
  /**
   * The model that answered instead.
   */
  failover_to: string | null
  /**
   * The id of the answer, where bodies are logged.
   */
  response_id: string | null
  /**
   * The answer that the request goes on from, where bodies are logged.
   */
  previous_response_id: string | null
  /**
   * Whether the bodies are a conversation.
   */
  conversation_payload: boolean
  /**
   * What else is known, in the shape of the admin API.
   */
  data: {
    [k: string]: unknown
  }
  /**
   * As JSON text; a text that is no JSON as a string of JSON.
   */
  request_body: string | null
  /**
   * The same of the reply; of a stream, the plain reply that it amounts to.
   */
  response_body: string | null
  /**
   * What lists leave out of attempts, revisions and guardrails, by their place there.
   */
  details: {
    [k: string]: unknown
  } | null
}
