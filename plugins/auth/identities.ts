/** Asks the plugins that recognise callers by credentials that the gateway did not make. */

import { hash } from 'node:crypto'
import type { Caller, Identity, IdentitySource, IncomingRequest, Presented, Recognition } from '../../core/index.ts'
import { isPromise } from '../../core/promise.ts'

/** Hashes the token once, however many ask. */
export class Shown implements Presented {
  readonly token: string | undefined
  readonly request: IncomingRequest
  #tokenHash: string | undefined

  constructor(token: string | undefined, request: IncomingRequest) {
    this.token = token
    this.request = request
  }

  get tokenHash(): string {
    return (this.#tokenHash ??= hash('sha256', this.token ?? '', 'hex'))
  }
}

/** The first that knows who it is decides; else whoever cannot tell; else whoever refuses. */
export function ask(sources: readonly IdentitySource[], presented: Presented, at = 0, before?: Recognition): Recognition | Promise<Recognition> {
  const source = sources[at]
  if (source === undefined) return before
  const goOn = (said: Recognition) => (said !== undefined && 'identity' in said ? said : ask(sources, presented, at + 1, weightier(before, said)))
  const said = source.recognise(presented)
  return isPromise(said) ? said.then(goOn) : goOn(said)
}

/** Administers everything, unless their identity says otherwise. */
export function callerOf({ admin = { root: '/', isGlobal: true }, ...identity }: Identity, { token, tokenHash }: Presented): Caller {
  return {
    method: 'extension',
    ...identity,
    ...(token === undefined ? {} : { keyHash: tokenHash.slice(0, 16) }),
    ...(admin === 'nothing' ? {} : { admin }),
  }
}

function weightier(before: Recognition, said: Recognition): Recognition {
  return before !== undefined && 'unavailable' in before ? before : (said ?? before)
}
