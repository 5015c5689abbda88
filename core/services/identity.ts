/** The service `identities`: plugins that recognise callers by credentials that the gateway did not make. */

import type { AdminScope } from './admin-scope.ts'
import type { IncomingRequest } from '../pipeline/incoming-request.ts'

/** What a caller shows of themselves. */
export interface Presented {
  /** Of `Authorization: Bearer …`, else of `x-api-key`; undefined if they sent neither. The master key and managed keys are not among them. */
  readonly token: string | undefined
  /** The SHA-256 of the token, in hex: what to remember it by. Of no token: of the empty text. */
  readonly tokenHash: string
  readonly request: IncomingRequest
}

/** Whose credential it is. */
export interface Identity {
  /** The path that their calls are made for, as `normaliseUserPath` makes it; absent where each call says its own. */
  readonly userPath?: string
  readonly userId?: string
  /** What their calls are counted under. */
  readonly labels?: readonly string[]
  /** The models that they may use; absent is all that others may. */
  readonly allowedModels?: readonly string[]
  /** What they may administer; absent is everything. */
  readonly admin?: AdminScope | 'nothing'
}

/** What a plugin says of a credential; undefined if it is of no kind that it knows. */
export type Recognition =
  | { readonly identity: Identity }
  /** It is of the kind, and not good: why, for the audit record alone. */
  | { readonly refused: string }
  /** Nobody can tell now: why, for the audit record alone. The caller is told to come again. */
  | { readonly unavailable: string }
  | undefined

/** One of the list that a plugin offers as `identities`. */
export interface IdentitySource {
  /** Answers at once where it can: every request waits for it. */
  recognise(presented: Presented): Recognition | Promise<Recognition>
}
