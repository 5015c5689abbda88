/** Who is calling. */

import type { AdminScope } from '../services/admin-scope.ts'

export interface Caller {
  /** How the caller was recognised: `master_key`, `api_key`, `no_key`, `extension`. */
  readonly method: string
  /** The path that the credential is bound to. */
  readonly userPath?: string
  /** The managed key that was used. */
  readonly keyId?: string
  /** The user that the key is bound to. */
  readonly userId?: string
  /** The first 16 hex digits of the SHA-256 of the token. */
  readonly keyHash?: string
  /** What the key adds to the labels of its calls. */
  readonly labels?: readonly string[]
  /** The models that the key may use; absent is all that others may. */
  readonly allowedModels?: readonly string[]
  /** What the caller may administer; absent is nothing. */
  readonly admin?: AdminScope
}
