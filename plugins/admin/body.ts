/** Reads the JSON body of a call. What could harm whoever handles it is refused here. */

import { gatewayError, type AdminEndpoint, type Exchange } from '../../core/index.ts'
import { check } from './checked.ts'

const mostBytes = 1_000_000
const deepest = 40

/** @param given members that the path gave, in the forms that have them there. @throws GatewayError */
export async function readBody(
  { request }: Exchange,
  { body: schema, bodyOptional }: AdminEndpoint,
  given: Readonly<Record<string, unknown>> = {},
): Promise<unknown> {
  if (schema === undefined) return undefined
  const bytes = await request.body()
  if (bytes.length > mostBytes) throw gatewayError('body_too_large', `the request body is larger than ${mostBytes} bytes`)
  const isGiven = Object.keys(given).length > 0
  if (bytes.length === 0 && bodyOptional === true && !isGiven) return undefined
  if (bytes.length > 0) checkType(request.headers['content-type'])
  const body = bytes.length === 0 && isGiven ? {} : parse(bytes)
  if (isGiven && typeof body === 'object') Object.assign(body as object, given)
  check(schema, body)
  return body
}

/** Only what a browser asks leave for before it sends it to another site. */
function checkType(type: string | string[] | undefined): void {
  const [essence = ''] = String(type ?? 'application/json').split(';', 1)
  if (!/^application\/(?:[^;\s]+\+)?json$/i.test(essence.trim())) throw gatewayError('unsupported_content_type', 'the admin API takes application/json')
}

function parse(bytes: Buffer): unknown {
  if (bytes.length === 0) throw gatewayError('invalid_json', 'invalid request body: a JSON object is expected')
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw gatewayError('invalid_json', `invalid request body: ${cause instanceof SyntaxError ? cause.message : 'it is not UTF-8'}`, { cause })
  }
  checkHarmless(value)
  return value
}

/** Looks level by level, for a recursion could be led too deep. */
function checkHarmless(value: unknown): void {
  let level: readonly unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) throw gatewayError('invalid_json', `invalid request body: it is nested deeper than ${deepest} levels`)
    const objects = level.filter(one => typeof one === 'object' && one !== null)
    if (objects.some(one => Object.hasOwn(one, '__proto__'))) throw gatewayError('invalid_json', 'invalid request body: no member is called __proto__')
    level = objects.flatMap(one => Object.values(one) as unknown[])
  }
}
