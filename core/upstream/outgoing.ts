/** The call that an attempt makes: the caller's bytes with only what must differ spliced, and the headers that go along. */

import type { JsonDocument } from '../document/document.ts'
import { gatewayError } from '../errors.ts'
import type { Attempt } from '../pipeline/attempt.ts'
import type { Exchange } from '../pipeline/exchange.ts'
import type { OutgoingCall } from './transport.ts'

const traceHeaders = ['traceparent', 'tracestate', 'baggage'] as const

/** @throws GatewayError 501 if the provider does not serve the operation */
export function outgoingCall(exchange: Exchange, attempt: Attempt): OutgoingCall {
  const { provider } = attempt.target
  const { forward } = exchange
  const place = forward ?? provider.endpoint(exchange.operation)
  if (place === undefined) {
    throw gatewayError('unsupported_response_operation', `${provider.name} (type ${provider.type}) does not serve ${exchange.operation}`)
  }
  const headers = forward === undefined ? ownHeaders(exchange) : [...forward.headers]
  provider.authorize(headers, attempt.key, exchange.id)
  if (attempt.headers.length > 0) headers.push(...attempt.headers)
  return { operation: exchange.operation, method: place.method, path: place.path, headers, body: body(exchange, attempt) }
}

function ownHeaders({ streamed, request }: Exchange): string[] {
  const headers = ['Content-Type', 'application/json', 'Accept', streamed ? 'text/event-stream' : 'application/json', 'Accept-Encoding', 'identity']
  for (const name of traceHeaders) {
    const value = request.headers[name]
    if (typeof value === 'string') headers.push(name, value)
  }
  return headers
}

/** The very buffer that the client sent, unless the model is spelled differently upstream, usage is asked for, or policy edited. */
function body(exchange: Exchange, attempt: Attempt): Buffer | undefined {
  const { body: document, forward } = exchange
  if (document === undefined) return exchange.bytes
  if (forward !== undefined) return document.render()
  const renames = exchange.model !== attempt.target.model
  const asks = attempt.askForUsage
  if (!renames && !asks) return document.render()
  return edited(document, exchange, attempt)
}

function edited(document: JsonDocument, exchange: Exchange, { target, askForUsage }: Attempt): Buffer {
  const own = document.fork()
  if (exchange.model !== target.model) own.set(own.root, 'model', JSON.stringify(target.model))
  if (askForUsage) exchange.dialect?.askForUsage(own)
  return own.render()
}
