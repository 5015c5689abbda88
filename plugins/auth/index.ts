/** Asks callers for a credential: the master key, or one that an administrator made. While there is neither, everybody on this machine may call. */

import { definePlugin, GatewayError, type Caller, type Exchange, type Keys } from '../../core/index.ts'
import { credentialOf, refusal } from './credential.ts'
import { equals, masterCaller } from './master-key.ts'
import { schema } from './schema.ts'

/** Where nobody keeps keys. */
const noKeys: Keys = { exist: false, find: () => undefined }

const noKey: Caller = { method: 'no_key', admin: { root: '/', isGlobal: true } }

/** Nothing tells one problem of a managed key from another, or from a key that is not there. */
const failed = 'authentication failed'

export default definePlugin({
  name: 'auth',
  description: 'Lets only callers with a known credential pass.',
  schema,
  wants: ['keys'],
  setup({ options: { master_key: key, master_key_disabled: isDisabled, allow_open: isOpenToAll }, services, log }) {
    const keys = (services.keys as Keys | undefined) ?? noKeys
    const masterKey = isDisabled ? undefined : key
    const isMasterKey = masterKey === undefined ? () => false : equals(masterKey)
    const master = masterCaller(masterKey ?? '')
    const isNear = ({ request }: Exchange) => isOpenToAll || isLoopback(request.remoteAddress)
    /** So that an operator without a master key is never locked out. */
    const mayRecover = (exchange: Exchange) => masterKey === undefined && !isDisabled && isAdmin(exchange.request.path) && isNear(exchange)

    /** Who calls with a token, or why he may not. */
    const identify = (exchange: Exchange, token: string): Caller | GatewayError => {
      if (isMasterKey(token)) return master
      const found = keys.find(token)
      if (found === undefined) return refusal(keys.exist ? failed : 'invalid master key')
      if ('caller' in found) return found.caller
      exchange.refusedCredential = `managed key ${found.unusable}${found.keyId === undefined ? '' : `: ${found.keyId}`}`
      return refusal(failed)
    }

    const callerOf = (exchange: Exchange): Caller | GatewayError => {
      if (masterKey === undefined && !isDisabled && !keys.exist) return isNear(exchange) ? noKey : refusal('this gateway asks for no key, and answers callers on its own machine only')
      const token = credentialOf(exchange.request.headers)
      if (token === undefined) return mayRecover(exchange) ? noKey : refusal('no credential: send "Authorization: Bearer <token>"')
      return token instanceof GatewayError ? token : identify(exchange, token)
    }

    return {
      /** Asked whenever the gateway begins to listen: keys may be made at any time. */
      get authenticates() {
        return masterKey !== undefined || isDisabled || keys.exist
      },
      request(exchange) {
        if (exchange.caller !== undefined) return
        const caller = callerOf(exchange)
        if (caller instanceof GatewayError) return caller
        exchange.caller = caller
        if (caller.labels !== undefined) exchange.labels = caller.labels
      },
      start() {
        if (masterKey === undefined && !isDisabled && keys.exist) log.warn(`there are managed keys and no master key: without a key, /admin answers ${isOpenToAll ? 'everybody who can reach this port' : 'callers on this machine'} (set TAPLINE_MASTER_KEY)`)
      },
    }
  },
})

function isAdmin(path: string): boolean {
  return path === '/admin' || path.startsWith('/admin/')
}

/** The peer of the connection; what a header says of it proves nothing. */
function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.')
}
