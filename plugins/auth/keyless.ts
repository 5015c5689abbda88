/** Callers without a key: those on this machine, or everybody where the operator says so. */

import type { Caller, Exchange } from '../../core/index.ts'
import { ownNames } from './own-names.ts'

const noKey: Caller = { method: 'no_key', admin: { root: '/', isGlobal: true } }
/** One that a page of another site may have sent, whose name leads to this machine. */
const noKeyElsewhere: Caller = { method: 'no_key' }

export class Keyless {
  readonly #isOpenToAll: boolean
  readonly #isOwnName: ReturnType<typeof ownNames>

  /** @param host `server.host` */
  constructor(isOpenToAll: boolean, host: string | undefined) {
    this.#isOpenToAll = isOpenToAll
    this.#isOwnName = ownNames(host)
  }

  /** Both the peer of the connection, and the client that a trusted proxy names, must be near. */
  isNear({ request }: Exchange): boolean {
    return this.#isOpenToAll || (isLoopback(request.remoteAddress) && isLoopback(request.clientAddress ?? request.remoteAddress))
  }

  /**
   * Whether it is near, and yet a page of another site has sent it, which a browser on this machine shows: a browser sends no such thing with a
   * credential, or as JSON, without leave.
   */
  isOfForeignPage({ request: { method, headers } }: Exchange): boolean {
    if (this.#isOpenToAll || method !== 'POST' || headers['sec-fetch-site'] !== 'cross-site') return false
    const { authorization, 'x-api-key': key, 'content-type': type = '' } = headers
    return authorization === undefined && key === undefined && unasked.test(String(type))
  }

  /** What somebody near is taken for. */
  callerOf({ request }: Exchange): Caller {
    return this.#isOpenToAll || this.#isOwnName(request.headers.host) ? noKey : noKeyElsewhere
  }
}

/** What a browser sends to another site without asking it: a body that has no type, or one that forms have. */
const unasked = /^\s*(?:$|(?:text\/plain|application\/x-www-form-urlencoded|multipart\/form-data)\s*(?:;|$))/i

/** Whether an address is one of this machine. */
function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.')
}
