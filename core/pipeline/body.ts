/** Reads the request's body as its pipeline wants it: as a lossless document, as bytes, or not at all. */

import { JsonDocument, JsonError } from '../document/document.ts'
import { gatewayError } from '../errors.ts'
import type { Exchange } from './exchange.ts'

/** @throws GatewayError about the body's type, encoding, size, spelling, or a member that the gateway reads */
export function readBody(exchange: Exchange): Promise<void> | undefined {
  const { plan: { body }, request } = exchange
  if (body === 'none') return undefined
  if (body === 'json') checkType(request.headers['content-type'])
  return request.body().then(bytes => {
    exchange.bytes = bytes
    if (body === 'json') readDocument(exchange, bytes)
  })
}

function checkType(type: string | string[] | undefined): void {
  if (typeof type !== 'string' || type === 'application/json') return
  const essence = (type.split(';', 1)[0] ?? '').trim().toLowerCase()
  if (essence === '' || essence === 'application/json' || essence.endsWith('+json')) return
  throw gatewayError('unsupported_content_type', `this route takes application/json, not ${essence}`)
}

function readDocument(exchange: Exchange, bytes: Buffer): void {
  const document = exchange.body = parse(bytes)
  if (document.root.kind !== 'object') throw gatewayError('invalid_json', 'invalid request body: expected a JSON object')
  const { dialect, operation } = exchange
  if (dialect === undefined) return
  dialect.validate(document, operation)
  exchange.streamed = dialect.streams(document)
  exchange.model = document.root.get('model')?.string() ?? ''
}

function parse(bytes: Buffer): JsonDocument {
  try {
    return JsonDocument.parse(bytes)
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause
    throw gatewayError('invalid_json', `invalid request body: ${cause.message}`, { cause })
  }
}
