/** Asks callers for a credential: the master key, compared in constant time. Without one configured, everybody may call. */

import { timingSafeEqual } from 'node:crypto'
import { definePlugin, gatewayError, type GatewayError } from '../../core/index.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'auth',
  description: 'Lets only callers with a known credential pass.',
  schema,
  setup({ options: { master_key: masterKey, master_key_disabled: isDisabled } }) {
    if (masterKey === undefined && !isDisabled) return { request: exchange => { exchange.caller ??= { method: 'no_key' } } }
    const isMasterKey = masterKey === undefined || isDisabled ? () => false : equals(masterKey)
    return {
      authenticates: true,
      request(exchange) {
        if (exchange.caller !== undefined) return
        const token = credential(exchange.request.headers)
        if (typeof token !== 'string') return token
        if (!isMasterKey(token)) return refusal('authentication failed: this gateway does not know the key')
        exchange.caller = { method: 'master_key' }
      },
    }
  },
})

/** Compares tokens with one secret, in a time that tells nothing of either. */
function equals(secret: string): (token: string) => boolean {
  const width = Math.max(256, Buffer.byteLength(secret))
  const expected = Buffer.alloc(width)
  const length = expected.write(secret)
  const given = Buffer.alloc(width)
  return token => {
    given.fill(0)
    const sameLength = given.write(token) === length && token.length <= width
    return timingSafeEqual(given, expected) && sameLength
  }
}

/** The caller's token: `Authorization: Bearer …`, or `x-api-key` when there is no `Authorization`. */
function credential(headers: Readonly<Record<string, string | string[] | undefined>>): string | GatewayError {
  const { authorization } = headers
  if (typeof authorization === 'string') {
    return authorization.startsWith('Bearer ') && authorization.length > 7
      ? authorization.slice(7)
      : refusal('the Authorization header is malformed: expected "Bearer <token>"')
  }
  const key = headers['x-api-key']
  return typeof key === 'string' && key !== '' ? key : refusal('no credential: send "Authorization: Bearer <token>"')
}

function refusal(message: string): GatewayError {
  return gatewayError('invalid_api_key', message)
}
