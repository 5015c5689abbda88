/** The caller's token, as it stands in the headers. */

import { gatewayError, type Exchange, type GatewayError } from '../../core/index.ts'

/** `Authorization: Bearer …`, or `x-api-key` when there is no `Authorization`. Undefined if there is neither. */
export function credentialOf(headers: Exchange['request']['headers']): string | GatewayError | undefined {
  const { authorization } = headers
  if (typeof authorization === 'string') {
    return authorization.startsWith('Bearer ') && authorization.length > 7
      ? authorization.slice(7)
      : refusal('the Authorization header is malformed: expected "Bearer <token>"')
  }
  const key = headers['x-api-key']
  return typeof key === 'string' && key !== '' ? key : undefined
}

export function refusal(message: string): GatewayError {
  return gatewayError('invalid_api_key', message)
}
