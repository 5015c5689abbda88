/** The calls to providers that a request led to, as its row tells them. */

import type { Attempt, Exchange } from '../../core/index.ts'
import { withoutKeys, withoutSecrets } from './redaction.ts'

const messageLength = 2048
const nsPerMs = 1e6

/** What lists show of an attempt. */
export interface AttemptEntry {
  readonly seq: number
  readonly kind: Attempt['kind']
  readonly provider_type: string
  readonly provider_name: string
  readonly model: string
  readonly status_code: number | null
  readonly success: boolean
  readonly error_type: string | null
  readonly error_code: string | null
  readonly error_message: string | null
  readonly started_at: string
  readonly duration_ns: number
  /** Estimated; absent where the provider was not asked to cache anything. */
  readonly prompt_cache_tokens?: number
}

/** What only the whole row has of one. */
export interface AttemptDetail {
  readonly response_body?: string
  readonly response_headers?: Readonly<Record<string, string | readonly string[]>>
}

/** @param startedAt milliseconds since 1970 at which the request came */
export function attemptsOf(exchange: Exchange, startedAt: number): readonly AttemptEntry[] {
  return exchange.attempts.map((attempt, index) => entryOf(exchange, attempt, index + 1, startedAt))
}

function entryOf(exchange: Exchange, attempt: Attempt, seq: number, startedAt: number): AttemptEntry {
  const { target, outcome, failure, kind, promptCache } = attempt
  const error = failure?.error
  return {
    seq,
    kind,
    provider_type: target.provider.type,
    provider_name: target.provider.name,
    model: target.model,
    status_code: statusOf(exchange, attempt),
    success: outcome === 'established',
    error_type: outcome === 'cancelled' ? 'request_canceled' : failure === undefined ? null : failure.kind === 'status' ? (error?.type ?? null) : failure.kind,
    error_code: error?.code ?? null,
    error_message: error === undefined ? null : withoutKeys(error.message, [attempt.key]).slice(0, messageLength),
    started_at: new Date(startedAt + attempt.startedAt - exchange.startedAt).toISOString(),
    duration_ns: Math.round(((attempt.settledAt ?? exchange.clock.elapsed()) - attempt.startedAt) * nsPerMs),
    ...(promptCache?.isApplied === true ? { prompt_cache_tokens: promptCache.prefixTokens } : {}),
  }
}

/** What the provider said; null if nothing came of it. */
function statusOf({ reply, attempts }: Exchange, attempt: Attempt): number | null {
  if (attempt.failure !== undefined) return attempt.failure.status ?? null
  if (attempt.outcome !== 'established') return null
  return attempt === attempts.at(-1) && reply?.target !== undefined ? reply.status : 200
}

/** The errors of providers as they came, by the place of the attempt. */
export function attemptDetails({ attempts }: Exchange, limitBytes: number): readonly AttemptDetail[] {
  return attempts.map(({ failure, key }) => {
    if (failure?.answer === undefined) return {}
    const { body, headers } = failure.answer
    return {
      response_headers: withoutSecrets(headers),
      ...(body.length > limitBytes ? {} : { response_body: withoutKeys(body.toString(), [key]) }),
    }
  })
}
