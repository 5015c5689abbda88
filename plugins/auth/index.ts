/** Asks callers for a credential: the master key, one that an administrator made, or one that a plugin recognises. While there is none of them, everybody on this machine may call. */

import { definePlugin, gatewayError, GatewayError, type Caller, type Exchange, type Keys, type Recognition } from '../../core/index.ts'
import { isPromise } from '../../core/promise.ts'
import { credentialOf, refusal } from './credential.ts'
import { ask, callerOf, Shown } from './identities.ts'
import { equals, masterCaller } from './master-key.ts'
import { ownNames } from './own-names.ts'
import { schema } from './schema.ts'

/** Where nobody keeps keys. */
const noKeys: Keys = { exist: false, find: () => undefined }

const noKey: Caller = { method: 'no_key', admin: { root: '/', isGlobal: true } }
/** One that a page of another site may have sent, whose name leads to this machine. */
const noKeyElsewhere: Caller = { method: 'no_key' }

/** Nothing tells one problem of a credential from another, or from one that nobody knows. */
const failed = 'authentication failed'

export default definePlugin({
  name: 'auth',
  description: 'Lets only callers with a known credential pass.',
  schema,
  wants: ['keys', 'identities'],
  setup({ options: { master_key: key, master_key_disabled: isDisabled, allow_open: isOpenToAll, host }, services, log }) {
    const keys = services.keys ?? noKeys
    const sources = services.identities ?? []
    const masterKey = isDisabled ? undefined : key
    const isMasterKey = masterKey === undefined ? () => false : equals(masterKey)
    const master = masterCaller(masterKey ?? '')
    /** Both the peer of the connection, and the client that a trusted proxy names. */
    const isNear = ({ request }: Exchange) => isOpenToAll || (isLoopback(request.remoteAddress) && isLoopback(request.clientAddress ?? request.remoteAddress))
    const isOwnName = ownNames(host)
    const withoutKey = ({ request }: Exchange) => (isOpenToAll || isOwnName(request.headers.host) ? noKey : noKeyElsewhere)
    /** Whether keys that administrators make are the only ones. */
    const isByKeysAlone = masterKey === undefined && !isDisabled && sources.length === 0
    /** So that an operator without a master key is never locked out. */
    const mayRecover = (exchange: Exchange) => isByKeysAlone && isAdmin(exchange.request.path) && isNear(exchange)

    /** Who calls with a token that the gateway made, or why they may not; undefined if it made no such token. */
    const identify = (exchange: Exchange, token: string): Caller | GatewayError | undefined => {
      if (isMasterKey(token)) return master
      const found = keys.find(token)
      if (found === undefined || 'caller' in found) return found?.caller
      return refused(exchange, 'api_key', `managed key ${found.unusable}${found.keyId === undefined ? '' : `: ${found.keyId}`}`)
    }

    const unknown = (exchange: Exchange, token: string | GatewayError | undefined): Caller | GatewayError => {
      if (token === undefined) return mayRecover(exchange) ? withoutKey(exchange) : refusal('no credential: send "Authorization: Bearer <token>"')
      return token instanceof GatewayError ? token : refusal(keys.exist || sources.length > 0 ? failed : 'invalid master key')
    }

    const recognise = (exchange: Exchange, token: string | GatewayError | undefined): Caller | GatewayError | Promise<Caller | GatewayError> => {
      const shown = new Shown(typeof token === 'string' ? token : undefined, exchange.request)
      const settle = (said: Recognition) => (said === undefined ? unknown(exchange, token) : verdictOn(exchange, said, shown))
      const said = ask(sources, shown)
      return isPromise(said) ? said.then(settle) : settle(said)
    }

    const find = (exchange: Exchange): ReturnType<typeof recognise> => {
      if (isByKeysAlone && !keys.exist)
        return isNear(exchange) ? withoutKey(exchange) : refusal('this gateway asks for no key, and answers callers on its own machine only')
      const token = credentialOf(exchange.request.headers)
      return (typeof token === 'string' ? identify(exchange, token) : undefined) ?? recognise(exchange, token)
    }

    return {
      /** Asked whenever the gateway begins to listen: keys may be made at any time. */
      get authenticates() {
        return !isByKeysAlone || keys.exist
      },
      request(exchange) {
        if (exchange.caller !== undefined) return
        const found = find(exchange)
        return isPromise(found) ? found.then(caller => admit(exchange, caller)) : admit(exchange, found)
      },
      start() {
        if (isByKeysAlone && keys.exist)
          log.warn(
            `there are managed keys and no master key: without a key, /admin answers ${isOpenToAll ? 'everybody who can reach this port' : 'callers on this machine'} (set TAPLINE_MASTER_KEY)`,
          )
      },
    }
  },
})

function admit(exchange: Exchange, caller: Caller | GatewayError): GatewayError | undefined {
  if (caller instanceof GatewayError) return caller
  exchange.caller = caller
  if (caller.labels !== undefined) exchange.labels = caller.labels
  return undefined
}

function verdictOn(exchange: Exchange, said: Exclude<Recognition, undefined>, shown: Shown): Caller | GatewayError {
  if ('identity' in said) return callerOf(said.identity, shown)
  return 'refused' in said ? refused(exchange, 'extension', said.refused) : unavailable(exchange, said.unavailable)
}

/** @param reason for the audit record alone */
function refused(exchange: Exchange, method: string, reason: string): GatewayError {
  exchange.refusedMethod = method
  exchange.refusedCredential = reason
  return refusal(failed)
}

/** What cannot be checked is not let in. */
function unavailable(exchange: Exchange, reason: string): GatewayError {
  exchange.refusedMethod = 'extension'
  exchange.refusedCredential = reason
  return gatewayError('not_ready', 'this credential cannot be checked now', { retryAfterMs: 1000 })
}

function isAdmin(path: string): boolean {
  return path === '/admin' || path.startsWith('/admin/')
}

/** Whether an address is one of this machine. */
function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.')
}
