/** Errors as Anthropic spells them, in both directions. */

import { GatewayError } from '../../../core/index.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import { codeOfMessage } from '../../../core/neutral/long-prompt.ts'

/** The status of each type of error. */
const statuses: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  conflict_error: 409,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
}

/** The types of those statuses that have one of their own. */
const types: ReadonlyMap<number, string> = new Map([
  ...Object.entries(statuses).map(([type, status]) => [status, type] as const),
  [408, 'timeout_error'],
  [503, 'overloaded_error'],
])

/** The envelope of an error. */
export function errorEnvelope(error: GatewayError, requestId: string): string {
  const { message, code } = error
  return JSON.stringify({
    type: 'error',
    error: { type: errorType(error), message, ...(code === null ? {} : { details: { error_code: code } }) },
    request_id: requestId,
  })
}

function errorType({ status, type }: GatewayError): string {
  return types.get(status) ?? (type === 'provider_error' ? 'api_error' : 'invalid_request_error')
}

/** The error that a provider reports as JSON: an object with a type and a message, or a string. */
export function vendorError(fault: unknown, provider: string): GatewayError {
  const { type, message, code, details } = isObject(fault) ? fault : { type: undefined, message: fault, code: undefined, details: undefined }
  const text = typeof message === 'string' && message !== '' ? message : 'the provider reported an error'
  const said = isObject(details) ? details['error_code'] : code
  return new GatewayError(codeOfMessage(text, typeof said === 'string' ? said : null), text, { status: statusOf(type, code), provider })
}

function statusOf(type: unknown, code: unknown): number {
  const own = typeof type === 'string' ? statuses[type] : undefined
  const status = own ?? Number(code)
  return Number.isInteger(status) && status >= 400 && status <= 599 ? status : 502
}
