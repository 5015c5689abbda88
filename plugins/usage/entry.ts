/** What is noted of a request when it is over. */

import type { Exchange, Target, Usage } from '../../core/index.ts'
import { timeOrderedId } from '../../core/time-ordered-id.ts'
import { baseCounts } from '../shared/usage/base-counts.ts'
import { requestUsage } from '../shared/usage/request-usage.ts'
import type { UsageRecord } from '../../schemas/records/usage.schema.ts'
import { countedUsage } from './estimate.ts'
import { madeRecord, nothingCounted, type PriceOf } from './record.ts'
import { responseIdOf } from './response-id.ts'

/** The longest path that is noted; passthrough takes any. */
const endpointLength = 256

const noLabels: string[] = []

const ownTimeouts: ReadonlySet<string> = new Set(['upstream_timeout', 'request_timeout'])

/** Whether a provider was called, or a cache answered in its place: else there is nothing to note. */
export function wasServed({ attempts, cache }: Exchange): boolean {
  return cache === 'hit' || attempts.some(({ failure }) => failure?.kind !== 'refused')
}

/** Whether a prompt is but counted, which is free: passed through, such a call comes by here. */
export function isCounting({ operation }: Exchange): boolean {
  return operation === 'count_tokens' || operation === 'responses_input_tokens'
}

/** Where the answer came from, or where it was sought last. */
export function targetOf({ reply, attempts }: Exchange): Target | undefined {
  return reply?.target ?? attempts.findLast(({ failure }) => failure?.kind !== 'refused')?.target
}

/** The tokens as the provider reported them, else what the request itself tells; of a hit, what the answer cost when it was made. */
export function reportedUsage(exchange: Exchange): Usage | undefined {
  const { usage, reply, cache } = exchange
  return usage ?? (cache === 'hit' ? reply?.usage : undefined) ?? requestUsage(exchange)
}

/** The record of a request: one whose provider did not say all is estimated, and says so. */
export function recordOfExchange(exchange: Exchange, target: Target, reported: Usage | undefined, priceOf: PriceOf): UsageRecord {
  const { caller, request, labels } = exchange
  const { provider } = target
  const timestamp = Math.trunc(exchange.clock.now())
  const { usage, isEstimated } = countedUsage(exchange, reported)
  return madeRecord(
    {
      id: timeOrderedId(timestamp),
      timestamp,
      request_id: exchange.id,
      provider_id: responseIdOf(exchange) ?? null,
      model: target.model,
      provider: provider.type,
      provider_name: provider.name,
      requested_model: exchange.model === '' ? null : exchange.model,
      endpoint: request.path.length > endpointLength ? request.path.slice(0, endpointLength) : request.path,
      user_path: exchange.userPath === '' ? '/' : exchange.userPath,
      user_id: caller?.userId ?? null,
      session_id: exchange.session ?? null,
      auth_key_id: caller?.keyId ?? null,
      labels: labels.length === 0 ? noLabels : [...labels],
      status: statusOf(exchange),
      cache_type: exchange.cache === 'hit' ? exchange.cacheLayer : null,
      origin: exchange.origin,
      estimated: isEstimated,
      rewrite_tokens_saved: null,
      rewrite_cost_saved: null,
    },
    usage === undefined ? nothingCounted : baseCounts(usage, provider.definition),
    priceOf,
  )
}

/** How a request ended: `ok`, `error`, `timeout`, `aborted`. */
function statusOf({ gone, status, error }: Exchange): UsageRecord['status'] {
  if (gone || status === 499) return 'aborted'
  if (error === undefined) return status >= 400 ? 'error' : 'ok'
  return error.code !== null && ownTimeouts.has(error.code) ? 'timeout' : 'error'
}
