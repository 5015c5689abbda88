/** Whatever was thrown on the way to an answer, as the error that the caller may see. */

import { GatewayError, gatewayError } from '../errors.ts'
import type { Exchange } from './exchange.ts'

/** What is no GatewayError is the gateway's own failure, or that of a part which must not fail; it is logged. */
export function asRefusal({ log }: Exchange, cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause
  log.error({ err: cause }, 'the gateway failed')
  return gatewayError('internal_error', 'The gateway failed; the request id leads to the reason in its log', { cause })
}
