/** A request as a row of the log: what is known of it once its reply has left, without its bodies. */

import { slot, type Exchange, type Target } from '../../core/index.ts'
import { plainAddress } from '../../core/networks.ts'
import { timeOrderedId } from '../../core/time-ordered-id.ts'
import { attemptsOf } from './attempts.ts'
import { featuresOf } from './features.ts'
import type { AuditRow } from './journal.ts'
import { guardrailsOf, revisionsOf } from './policy.ts'
import { flatWithoutSecrets, keysOf, withoutKeys, withoutSecrets } from './redaction.ts'

const messageLength = 2048
const nsPerMs = 1e6
const noLabels: string[] = []

export interface RowOptions {
  readonly logHeaders: boolean
  readonly isStepwise: boolean
}

type Data = AuditRow['data']

const ids = slot<string>()

/** Gives the row of a request its id as the request comes: rows of one millisecond are in the order of their requests. */
export function nameRow(exchange: Exchange): void {
  ids.set(exchange, timeOrderedId(exchange.arrivedAt))
}

export function rowOf(exchange: Exchange, options: RowOptions): AuditRow {
  return row(exchange, exchange.session ?? null, options)
}

/** The row of a request that is under way, as far as it is known. What is found out when somebody first asks, such as its session, nobody asks for here. */
export function rowSoFar(exchange: Exchange): AuditRow {
  return row(exchange, null, undefined)
}

function row(exchange: Exchange, session: string | null, options: RowOptions | undefined): AuditRow {
  const { request, caller, clock, error } = exchange
  const durationMs = clock.elapsed() - exchange.startedAt
  const timestamp = Math.trunc(exchange.arrivedAt)
  const id = ids.get(exchange) ?? timeOrderedId(timestamp)
  const [first, target] = [exchange.attempts[0]?.target, targetOf(exchange)]
  const isFailover = first !== undefined && target !== undefined && first !== target && exchange.attempts.at(-1)?.kind !== 'primary'
  return {
    id,
    timestamp,
    duration_ns: Math.round(durationMs * nsPerMs),
    requested_model: exchange.model === '' ? null : exchange.model,
    resolved_model: target?.model ?? null,
    provider: target?.provider.type ?? null,
    provider_name: target?.provider.name ?? null,
    alias_used: exchange.isAlias,
    workflow_version_id: exchange.workflow ?? null,
    cache_type: cacheTypeOf(exchange),
    status_code: exchange.status,
    request_id: exchange.id,
    principal_id: caller?.userId ?? null,
    auth_key_id: caller?.keyId ?? null,
    auth_method: caller?.method ?? exchange.refusedMethod ?? null,
    client_ip: clientOf(request),
    method: request.method,
    path: request.path,
    user_path: exchange.userPath === '' ? '/' : exchange.userPath,
    session_id: session,
    thread: session ?? id,
    stream: exchange.streamed,
    error_type: errorTypeOf(exchange),
    error_message: error === undefined && exchange.refusedCredential === undefined ? null : messageOf(exchange),
    labels: exchange.labels.length === 0 ? noLabels : [...exchange.labels],
    failover_from: isFailover ? selectorOf(first) : null,
    failover_to: isFailover ? selectorOf(target) : null,
    response_id: null,
    previous_response_id: null,
    conversation_payload: false,
    data: options === undefined ? { workflow_features: featuresOf(exchange.plan) } : dataOf(exchange, timestamp, options),
    request_body: null,
    response_body: null,
    details: null,
  }
}

/** Where the answer came from, or where it was sought last. */
function targetOf({ reply, attempts }: Exchange): Target | undefined {
  return reply?.target ?? attempts.at(-1)?.target
}

function selectorOf({ provider, model }: Target): string {
  return `${provider.name}/${model}`
}

function cacheTypeOf({ cache, cacheLayer, attempts }: Exchange): string | null {
  return cache === 'hit' && attempts.length === 0 ? cacheLayer : null
}

function clientOf({ clientAddress, remoteAddress }: Exchange['request']): string | null {
  return remoteAddress === '' ? null : (clientAddress ?? plainAddress(remoteAddress))
}

/** The caller's leaving is no error that they saw, but a reader looks for it there. A caller who has all of a streamed answer may leave. */
function errorTypeOf({ error, isStalled, gone, streamed, status }: Exchange): string | null {
  if (isStalled) return 'client_stalled'
  if (status === 499 || (gone && !streamed)) return 'request_canceled'
  return error?.type ?? null
}

function messageOf(exchange: Exchange): string {
  return withoutKeys(exchange.refusedCredential ?? exchange.error?.message ?? '', keysOf(exchange)).slice(0, messageLength)
}

function dataOf(exchange: Exchange, timestamp: number, options: RowOptions): Data {
  const {
    request: { headers },
    caller,
    error,
    losses,
  } = exchange
  const data: Data = { user_agent: headers['user-agent'] ?? null, workflow_features: featuresOf(exchange.plan), attempts: attemptsOf(exchange, timestamp) }
  if (caller?.keyHash !== undefined) data['api_key_hash'] = caller.keyHash
  if (losses.length > 0) data['losses'] = losses.map(({ field, action }) => ({ field, done: action }))
  if (error !== undefined) addError(data, exchange)
  addParameters(data, exchange)
  addPolicy(data, exchange, options)
  if (options.logHeaders) {
    data['request_headers'] = withoutSecrets(headers)
    data['response_headers'] = flatWithoutSecrets(exchange.sentHeaders)
  }
  return data
}

function addError(data: Data, { error }: Exchange): void {
  data['error_code'] = error?.code ?? null
  data['error_provider'] = error?.provider ?? ''
  if (error?.code === 'invalid_api_key') data['event_type'] = 'authentication_failed'
}

function addParameters(data: Data, { body }: Exchange): void {
  const root = body?.root
  if (root?.kind !== 'object') return
  const temperature = root.get('temperature')
  const maxTokens = root.get('max_tokens') ?? root.get('max_completion_tokens') ?? root.get('max_output_tokens')
  if (temperature?.kind === 'number') data['temperature'] = temperature.value()
  if (maxTokens?.kind === 'number') data['max_tokens'] = maxTokens.value()
}

function addPolicy(data: Data, exchange: Exchange, options: RowOptions): void {
  if (exchange.trace === undefined) return
  const guardrails = guardrailsOf(exchange)
  if (guardrails.length > 0) data['guardrails'] = guardrails
  const revisions = revisionsOf(exchange, options)
  if (revisions.length > 0) data['request_revisions'] = revisions.map(({ entry }) => entry)
}
