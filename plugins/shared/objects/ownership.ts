/** Who may reach an object that somebody made: responses, conversations, files, batches. */

import { gatewayError, type GatewayError } from '../../../core/errors.ts'
import type { Caller } from '../../../core/pipeline/caller.ts'
import { isWithin } from '../../../core/user-path.ts'

/**
 * The user path that a caller is confined to; undefined for one who reaches everything.
 * What the credential is bound to counts, never a header.
 */
export function scopeOf(caller: Caller | undefined): string | undefined {
  const bound = caller?.userPath ?? ''
  return bound === '' || bound === '/' ? undefined : bound
}

/** Whether a caller reaches an object. @param owner the user path that it was made for; empty if it is nobody's, which only those see who see everything */
export function isVisible(owner: string, caller: Caller | undefined): boolean {
  const scope = scopeOf(caller)
  return scope === undefined || isWithin(owner, scope)
}

/** The refusal of an object that is not there, or not for this caller: nothing tells the one from the other. */
export function notFound(what: string, param?: string): GatewayError {
  return gatewayError('not_found', `${what} not found`, param === undefined ? {} : { param })
}
