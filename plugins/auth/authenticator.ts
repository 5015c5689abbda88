/** Tells who calls by the credential that they show, or why they may not call. */

import { gatewayError, GatewayError, type Caller, type Exchange, type IdentitySource, type Keys, type OptionsOf, type Recognition } from '../../core/index.ts'
import { isPromise } from '../../core/promise.ts'
import { credentialOf, refusal } from './credential.ts'
import { ask, callerOf, Shown } from './identities.ts'
import { Keyless } from './keyless.ts'
import { equals, masterCaller } from './master-key.ts'
import type { schema } from './schema.ts'

type Now<T> = T | Promise<T>

/** Nothing tells one problem of a credential from another, or from one that nobody knows. */
const failed = 'authentication failed'

export class Authenticator {
  readonly #keys: Keys
  readonly #sources: readonly IdentitySource[]
  readonly #keyless: Keyless
  readonly #isMasterKey: (token: string) => boolean
  readonly #master: Caller
  /** Whether keys that administrators make are the only ones. */
  readonly #isByKeysAlone: boolean

  /** @param sources recognise credentials that the gateway did not make */
  constructor(options: OptionsOf<typeof schema>, keys: Keys, sources: readonly IdentitySource[]) {
    const { master_key: key, master_key_disabled: isDisabled, allow_open: isOpenToAll, host } = options
    const masterKey = isDisabled ? undefined : key
    this.#keys = keys
    this.#sources = sources
    this.#keyless = new Keyless(isOpenToAll, host)
    this.#isMasterKey = masterKey === undefined ? () => false : equals(masterKey)
    this.#master = masterCaller(masterKey ?? '')
    this.#isByKeysAlone = masterKey === undefined && !isDisabled && sources.length === 0
  }

  /** Whether callers need a credential now: keys may be made at any time. */
  get isNeeded(): boolean {
    return !this.#isByKeysAlone || this.#keys.exist
  }

  /** Whether there are keys, and nothing else opens `/admin` to who is far. */
  get lacksMasterKey(): boolean {
    return this.#isByKeysAlone && this.#keys.exist
  }

  /** Sets the caller, unless the gateway made the call itself for one that is known. @returns why they may not call */
  admit(exchange: Exchange): Now<GatewayError | undefined> {
    if (exchange.caller !== undefined) return undefined
    const found = this.#find(exchange)
    return isPromise(found) ? found.then(caller => taken(exchange, caller)) : taken(exchange, found)
  }

  #find(exchange: Exchange): Now<Caller | GatewayError> {
    if (this.#isByKeysAlone && !this.#keys.exist) return this.#withoutKey(exchange)
    const token = credentialOf(exchange.request.headers)
    return (typeof token === 'string' ? this.#identify(exchange, token) : undefined) ?? this.#recognise(exchange, token)
  }

  #withoutKey(exchange: Exchange): Caller | GatewayError {
    if (!this.#keyless.isNear(exchange)) return refusal('this gateway asks for no key, and answers callers on its own machine only')
    // The admin API refuses such pages itself, and more of what they send.
    return !isAdmin(exchange.request.path) && this.#keyless.isOfForeignPage(exchange)
      ? refusal('this gateway asks for no key, and answers no page of another site')
      : this.#keyless.callerOf(exchange)
  }

  /** Who calls with a token that the gateway made, or why they may not; undefined if it made no such token. */
  #identify(exchange: Exchange, token: string): Caller | GatewayError | undefined {
    if (this.#isMasterKey(token)) return this.#master
    const found = this.#keys.find(token)
    if (found === undefined || 'caller' in found) return found?.caller
    return refused(exchange, 'api_key', `managed key ${found.unusable}${found.keyId === undefined ? '' : `: ${found.keyId}`}`)
  }

  #recognise(exchange: Exchange, token: string | GatewayError | undefined): Now<Caller | GatewayError> {
    const shown = new Shown(typeof token === 'string' ? token : undefined, exchange.request)
    const settle = (said: Recognition) => (said === undefined ? this.#unknown(exchange, token) : verdictOn(exchange, said, shown))
    const said = ask(this.#sources, shown)
    return isPromise(said) ? said.then(settle) : settle(said)
  }

  #unknown(exchange: Exchange, token: string | GatewayError | undefined): Caller | GatewayError {
    if (token === undefined)
      return this.#mayRecover(exchange) ? this.#keyless.callerOf(exchange) : refusal('no credential: send "Authorization: Bearer <token>"')
    return token instanceof GatewayError ? token : refusal(this.#keys.exist || this.#sources.length > 0 ? failed : 'invalid master key')
  }

  /** So that an operator without a master key is never locked out. */
  #mayRecover(exchange: Exchange): boolean {
    return this.#isByKeysAlone && isAdmin(exchange.request.path) && this.#keyless.isNear(exchange)
  }
}

function taken(exchange: Exchange, caller: Caller | GatewayError): GatewayError | undefined {
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
