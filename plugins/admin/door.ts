/** The one door of the admin API: finds the endpoint, checks who calls and with what, and answers. */

import { Conflict, GatewayError, gatewayError, StorageUnavailable, type AdminEndpoint, type Exchange, type Reply } from '../../core/index.ts'
import { Overdue } from '../../core/pipeline/stoppable.ts'
import { checkScope, scopeOf } from './access.ts'
import { answerOf } from './answer.ts'
import { readBody } from './body.ts'
import { CheckedCall } from './call.ts'
import type { Asked } from './legacy.ts'
import type { AdminOffers } from './admin-offers.ts'
import { readQuery } from './query.ts'
import { parameterNames } from './route-table.ts'

/** For what is read: a store that is overtaxed shall say so. */
const readLimitMs = 30_000

/** Answers one call, whatever becomes of it. */
export async function answer(exchange: Exchange, asked: Asked, offers: AdminOffers): Promise<Reply | GatewayError> {
  try {
    const call = await checked(exchange, asked, offers)
    const { endpoint } = call
    const working = Promise.resolve(endpoint.handle(call))
    const reply = answerOf(endpoint, await (endpoint.method === 'GET' ? exchange.orStopped(working, readLimitMs) : working))
    if (endpoint.method !== 'GET') offers.tell({ exchange, endpoint, before: call.before, after: call.after })
    return reply
  } catch (cause) {
    exchange.throwIfStopped()
    return asRefusal(exchange, cause)
  }
}

async function checked(exchange: Exchange, asked: Asked, offers: AdminOffers): Promise<CheckedCall> {
  const scope = scopeOf(exchange)
  const { endpoint, params } = find(exchange, asked, offers)
  checkScope(scope, endpoint)
  const query = readQuery(endpoint.query, exchange.request.query, endpoint.method === 'GET')
  const body = await readBody(exchange, endpoint, asked.given)
  const unavailable = endpoint.unavailable?.()
  if (unavailable !== undefined) throw gatewayError('feature_unavailable', unavailable)
  return new CheckedCall(exchange, { endpoint, scope, params, query, body })
}

function find(
  { request: { method, path } }: Exchange,
  asked: Asked,
  { endpoints }: AdminOffers,
): { readonly endpoint: AdminEndpoint; readonly params: Readonly<Record<string, string>> } {
  const found = endpoints.find(asked.path)
  if (found === undefined) throw gatewayError('unknown_url', `nothing is served at ${path}`)
  const endpoint = found.byMethod.get(method === 'HEAD' ? 'GET' : method)
  if (endpoint === undefined) {
    const allow = [...found.byMethod.names].sort().join(', ')
    throw gatewayError('method_not_allowed', `${path} does not take ${method}, but ${allow}`, { headers: ['Allow', allow] })
  }
  return { endpoint, params: Object.fromEntries(parameterNames(endpoint.path).map((name, i) => [name, found.values[i] as string])) }
}

function asRefusal(exchange: Exchange, cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause
  if (cause instanceof Conflict) return gatewayError('conflict', 'somebody else changed it meanwhile; read it again', { cause })
  if (cause instanceof Overdue) return gatewayError('request_timeout', `the store did not answer within ${readLimitMs / 1000} s`, { cause })
  exchange.log.error({ err: cause }, 'an endpoint of the admin API failed')
  if (cause instanceof StorageUnavailable) return gatewayError('feature_unavailable', 'the store cannot be reached now', { cause })
  return gatewayError('internal_error', 'The gateway failed; the request id leads to the reason in its log', { cause })
}
