/** How a line ends that the gateway itself has to call an error. */

import type { GatewayError } from '../../core/index.ts'
import type { Outcome } from './record.ts'

/** @param endpoint of the batch, in whose dialect the error is said */
export function errored(endpoint: string, error: GatewayError): Outcome {
  return { kind: 'errored', status_code: error.status, request_id: '', body: errorText(endpoint, error) }
}

function errorText(endpoint: string, { type, message, code, param }: GatewayError): string {
  if (endpoint !== '/v1/messages') return JSON.stringify({ error: { type, message, param, code } })
  return JSON.stringify({ type: 'error', error: { type: 'api_error', message, ...(code === null ? {} : { details: { error_code: code } }) } })
}
