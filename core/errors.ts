/** Every refusal that Tapline makes: one table of codes, one error class, rendered once in the caller's dialect. */

import { flatHeaders, type WrittenHeaders } from './flat-headers.ts'

interface CodeFacts {
  readonly status: number
  /** `false`: the same call would fail again, so SDKs must not repeat it (sent as `x-should-retry`). */
  readonly retry?: false
}

/** The closed list of gateway codes (manual: docs/errors.md). A retired code is never reused. */
export const codes = {
  admin_scope_denied: { status: 403 },
  auth_key_exists: { status: 409 },
  bad_request_target: { status: 400 },
  bad_upstream_response: { status: 502 },
  body_timeout: { status: 408 },
  body_too_large: { status: 413 },
  budget_check_failed: { status: 503 },
  budget_exceeded: { status: 429 },
  circuit_open: { status: 503 },
  conflict: { status: 409, retry: false },
  dashboard_access_denied: { status: 403 },
  event_too_large: { status: 502 },
  feature_unavailable: { status: 503, retry: false },
  guardrail_blocked: { status: 400 },
  in_use: { status: 409 },
  internal_error: { status: 500 },
  invalid_api_key: { status: 401 },
  invalid_json: { status: 400 },
  invalid_type: { status: 400 },
  invalid_user_path: { status: 400 },
  invalid_value: { status: 400 },
  locked: { status: 409, retry: false },
  managed_resource: { status: 409 },
  media_not_found: { status: 404 },
  method_not_allowed: { status: 405 },
  missing_required_parameter: { status: 400 },
  model_access_denied: { status: 400 },
  model_not_found: { status: 400 },
  not_found: { status: 404 },
  not_ready: { status: 503 },
  overloaded: { status: 503 },
  passthrough_guardrails_unsupported: { status: 403 },
  plugin_failure: { status: 500 },
  precondition_failed: { status: 412 },
  provider_required: { status: 400 },
  rate_limit_exceeded: { status: 429 },
  request_canceled: { status: 499 },
  request_timeout: { status: 504 },
  registration_failed: { status: 502, retry: false },
  response_too_large: { status: 502 },
  runtime_setting_not_found: { status: 404 },
  stream_incomplete: { status: 502 },
  unknown_url: { status: 404 },
  unsupported_content_encoding: { status: 415 },
  unsupported_content_type: { status: 415 },
  unsupported_parameter: { status: 400 },
  unsupported_response_operation: { status: 501, retry: false },
  upgrade_required: { status: 426 },
  upstream_timeout: { status: 504 },
  upstream_unreachable: { status: 502 },
  usage_status_failed: { status: 503 },
  user_managed: { status: 409, retry: false },
  user_path_out_of_scope: { status: 403 },
} as const satisfies Record<string, CodeFacts>

export type Code = keyof typeof codes

export interface ErrorDetails {
  /** Overrides the status of the table. */
  readonly status?: number
  /** The request field at fault, as a dotted path. */
  readonly param?: string
  /** OpenAI's name for the kind of error, where that is another than the status says. */
  readonly type?: string
  /** Sent as `Retry-After`, rounded up to seconds. */
  readonly retryAfterMs?: number
  /** Sent as `x-should-retry`. */
  readonly shouldRetry?: boolean
  /** The provider instance that failed, when the failure came from upstream. */
  readonly provider?: string
  /** Further members of a provider's error, by name, as callers of OpenAI's dialects get them. */
  readonly further?: Readonly<Record<string, string>>
  /** Further reply headers. */
  readonly headers?: WrittenHeaders
  readonly cause?: unknown
}

/** An error that the caller sees: `message` is safe to show, `cause` is for the log only. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly code: string | null
  readonly status: number
  readonly param: string | null
  readonly retryAfterMs: number | undefined
  readonly shouldRetry: boolean | undefined
  readonly provider: string | undefined
  readonly further: Readonly<Record<string, string>>
  /** Flat: name, value, name, value … */
  readonly headers: readonly string[]
  readonly #type: string | undefined

  constructor(code: string | null, message: string, details: ErrorDetails & { readonly status: number }) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined)
    this.code = code
    this.status = details.status
    this.param = details.param ?? null
    this.retryAfterMs = details.retryAfterMs
    this.shouldRetry = details.shouldRetry
    this.provider = details.provider
    this.further = details.further ?? {}
    this.headers = flatHeaders(details.headers ?? [])
    this.#type = details.type
  }

  /** The same error in other words. */
  saying(message: string): GatewayError {
    const { code, status, param, retryAfterMs, shouldRetry, provider, further, headers, cause } = this
    return new GatewayError(code, message, {
      status,
      further,
      headers,
      cause,
      ...(param === null ? {} : { param }),
      ...(this.#type === undefined ? {} : { type: this.#type }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(shouldRetry === undefined ? {} : { shouldRetry }),
      ...(provider === undefined ? {} : { provider }),
    })
  }

  /** OpenAI's name for the kind of error; other dialects derive theirs from `status`. */
  get type(): string {
    return this.#type ?? (this.provider !== undefined && this.status >= 500 ? 'provider_error' : errorType(this.status))
  }
}

/** What a caller sent, and the gateway repeats, may be a megabyte long. What providers say is relayed as it is. */
const longestMessage = 4096
const shownOfEnd = 512

function inShort(message: string): string {
  return message.length <= longestMessage ? message : `${message.slice(0, longestMessage - shownOfEnd)}…${message.slice(-shownOfEnd)}`
}

/** Makes an error from the table of codes. */
export function gatewayError(code: Code, message: string, details: ErrorDetails = {}): GatewayError {
  const facts: CodeFacts = codes[code]
  const shouldRetry = details.shouldRetry ?? facts.retry
  return new GatewayError(code, details.provider === undefined ? inShort(message) : message, {
    ...details,
    status: details.status ?? facts.status,
    ...(shouldRetry === undefined ? {} : { shouldRetry }),
  })
}

/** Whether a budget or a rate limit of this gateway refused: with reason, and until when, which the caller should know. */
export function isOverLimit(error: unknown): error is GatewayError {
  return error instanceof GatewayError && error.status === 429 && error.provider === undefined
}

/** Of a value that a client gave, and that cannot be. @param param where it stands */
export function invalidValue(param: string, message: string): GatewayError {
  return gatewayError('invalid_value', message, { param })
}

/** The closed list of error types, by status. */
export function errorType(status: number): string {
  switch (status) {
    case 401:
      return 'authentication_error'
    case 403:
      return 'permission_error'
    case 404:
      return 'not_found_error'
    case 429:
      return 'rate_limit_error'
    case 500:
      return 'internal_error'
    case 501:
      return 'invalid_request_error'
  }
  return status >= 500 ? 'provider_error' : 'invalid_request_error'
}

/** The envelope of an error where no dialect says otherwise: OpenAI's, all four keys present. */
export function errorEnvelope({ type, message, param, code, further }: GatewayError): Buffer {
  return Buffer.from(JSON.stringify({ error: { type, message, param, code, ...further } }))
}
