/** Reads the request's body as its pipeline wants it: as a lossless document, as bytes, as a form that flows, or not at all. */

import { unsetDoubtful } from '../document/decided.ts'
import { JsonDocument, JsonError } from '../document/document.ts'
import { stringOf } from '../document/readings.ts'
import { gatewayError } from '../errors.ts'
import { Form } from '../form/form.ts'
import { copied } from '../form/copied.ts'
import { PassedBody } from '../form/passed-body.ts'
import { boundaryOf } from '../form/scanner.ts'
import type { Exchange } from './exchange.ts'

/** @throws GatewayError about the body's type, encoding, size, spelling, or a member that the gateway reads; the reason for which the exchange was stopped */
export function readBody(exchange: Exchange): Promise<void> | undefined {
  const reading = reads(exchange)
  return reading === undefined ? undefined : exchange.orStopped(reading)
}

function reads(exchange: Exchange): Promise<void> | undefined {
  const { plan, request } = exchange
  const { body } = plan
  if (body === 'none') return undefined
  if (body === 'form') return readForm(exchange)
  if (body === 'json') checkType(request.headers['content-type'])
  if (body === 'bytes' && request.flows === true && request.upload !== undefined) {
    const boundary = boundaryOf(String(request.headers['content-type'])) ?? ''
    exchange.passed = new PassedBody(copied(request.upload(), exchange.copyForm), boundary, error => exchange.stop(error))
    return undefined
  }
  const whole = request.whole?.()
  if (whole === undefined) return request.body().then(bytes => take(exchange, bytes))
  exchange.throwIfStopped()
  return take(exchange, whole)
}

function take(exchange: Exchange, bytes: Buffer): undefined {
  exchange.bytes = bytes
  if (exchange.plan.body === 'json') readDocument(exchange, bytes)
}

/** Reads the JSON object that a call brings whose pipeline reads no bodies, as most of its calls have none. @param ifEmpty what no body stands for, where there may be none @throws GatewayError as above */
export async function jsonObjectOf(exchange: Exchange, ifEmpty?: string): Promise<JsonDocument> {
  const { request } = exchange
  const bytes = (exchange.bytes = await request.body())
  if (bytes.length === 0 && ifEmpty !== undefined) return objectIn(Buffer.from(ifEmpty))
  checkType(request.headers['content-type'])
  return objectIn(bytes)
}

function checkType(type: string | string[] | undefined): void {
  if (typeof type !== 'string' || type === 'application/json') return
  const essence = essenceOf(type)
  if (essence === '' || essence === 'application/json' || essence.endsWith('+json')) return
  throw gatewayError('unsupported_content_type', `this route takes application/json, not ${essence}`)
}

function essenceOf(type: string): string {
  return (type.split(';', 1)[0] ?? '').trim().toLowerCase()
}

function readDocument(exchange: Exchange, bytes: Buffer): void {
  const document = (exchange.body = objectIn(bytes))
  const { dialect, operation } = exchange
  if (dialect === undefined) return
  unsetDoubtful(document)
  dialect.validate(document, operation)
  exchange.streamed = dialect.streams(document, operation)
  exchange.model = stringOf(document.root.get('model')) ?? ''
}

function objectIn(bytes: Buffer): JsonDocument {
  const document = parse(bytes)
  if (document.root.kind !== 'object') throw gatewayError('invalid_json', 'invalid request body: expected a JSON object')
  return document
}

function parse(bytes: Buffer): JsonDocument {
  try {
    return JsonDocument.parse(bytes)
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause
    throw gatewayError('invalid_json', `invalid request body: ${cause.message}`, { cause })
  }
}

async function readForm(exchange: Exchange): Promise<void> {
  const { request, operation, dialect } = exchange
  const type = String(request.headers['content-type'] ?? '')
  const boundary = boundaryOf(type)
  if (boundary === undefined)
    throw gatewayError('unsupported_content_type', `this route takes multipart/form-data with a boundary, not ${essenceOf(type) || 'an untyped body'}`)
  if (request.upload === undefined) throw new TypeError('the request has no upload')
  const rules = dialect?.form
  const streams = (form: Form) => {
    exchange.streamed = rules?.streams?.(form.fields) ?? false
  }
  // The field that asks for a stream may stand behind the files: then it is known before the answer, not before the call.
  const form = (exchange.form = await Form.read(copied(request.upload(), exchange.copyForm), {
    type,
    boundary,
    operation,
    rules,
    ended: streams,
    failed: error => exchange.stop(error),
  }))
  const model = form.fields.get('model')?.trim() ?? ''
  if (model === '') throw gatewayError('missing_required_parameter', 'model is required', { param: 'model' })
  streams(form)
  exchange.model = model
}
