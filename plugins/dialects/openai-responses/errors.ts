/** Errors as Responses report them inside a reply or a stream of status 2xx. */

import type { JsonNode } from '../../../core/document/document.ts'
import { stringOf } from '../../../core/document/readings.ts'
import { GatewayError } from '../../../core/errors.ts'
import { messageOf } from '../../../core/neutral/vendor-error.ts'

/** The statuses that the codes in `response.error` would have had. */
const statuses: Readonly<Record<string, number>> = {
  rate_limit_exceeded: 429,
  insufficient_quota: 429,
  usage_limit_reached: 429,
  server_is_overloaded: 503,
  slow_down: 503,
  context_length_exceeded: 400,
  invalid_prompt: 400,
  invalid_request_error: 400,
  model_not_found: 400,
  vector_store_timeout: 504,
}

/** An error that the provider reports as JSON: an object with code and message, or a text. */
export function vendorError(fault: JsonNode, provider: string): GatewayError {
  const code = codeOf(fault)
  const param = stringOf(fault.get('param'))
  return new GatewayError(code, messageOf(fault), {
    status: statusOf(fault, code),
    provider,
    ...(param === undefined ? {} : { param }),
  })
}

function codeOf(fault: JsonNode): string | null {
  const code = fault.get('code')
  if (code?.kind === 'number') return code.json()
  const type = stringOf(fault.get('type'))
  return stringOf(code) ?? (type === 'error' ? null : (type ?? null))
}

function statusOf(fault: JsonNode, code: string | null): number {
  const said = ['status', 'status_code', 'code'].map(name => Number(stringOf(fault.get(name)) ?? fault.get(name)?.json()))
  const byCode = code === null || !Object.hasOwn(statuses, code) ? undefined : statuses[code]
  return said.find(status => Number.isInteger(status) && status >= 400 && status <= 599) ?? byCode ?? (code?.startsWith('invalid_') === true ? 400 : 502)
}
