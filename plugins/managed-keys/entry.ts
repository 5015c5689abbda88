/** A key in memory, and who calls with it. */

import { timingSafeEqual } from 'node:crypto'
import type { AdminScope, Caller } from '../../core/index.ts'
import type { Stored } from '../../core/storage/records.ts'
import type { AuthKey } from '../../schemas/records/auth-key.schema.ts'
import { currentPath, type PathOfUser } from './current-path.ts'

const everything: AdminScope = { root: '/', isGlobal: true }

export class Entry {
  readonly id: string
  readonly revision: number
  readonly key: AuthKey
  /** The SHA-256 of the token, once it was seen. */
  digest: string | undefined
  /** When its use was noted last: milliseconds since 1970. */
  notedAt = 0
  readonly #pathOf: PathOfUser
  #caller: Caller
  #path: string

  /** @param pathOf where users are now: a key that is bound to one goes where they go */
  constructor({ id, revision, value }: Stored<AuthKey>, pathOf: PathOfUser) {
    this.id = id
    this.revision = revision
    this.key = value
    this.#pathOf = pathOf
    this.#path = currentPath(value, pathOf)
    this.#caller = callerOf(id, value, this.#path)
  }

  /** Whoever uses the key, at the path that holds now. */
  get caller(): Caller {
    if (this.key.user_id === '') return this.#caller
    const path = currentPath(this.key, this.#pathOf)
    if (path !== this.#path) {
      this.#path = path
      const { keyHash } = this.#caller
      this.#caller = { ...callerOf(this.id, this.key, path), ...(keyHash === undefined ? {} : { keyHash }) }
    }
    return this.#caller
  }

  /** Keeps what only the token tells. */
  learn(digest: string): void {
    this.digest = digest
    this.#caller = { ...this.#caller, keyHash: digest.slice(0, 16) }
  }

  /** Takes over what an older state of the same key knew. */
  inherit({ digest, notedAt }: Entry): void {
    this.notedAt = notedAt
    if (digest !== undefined) this.learn(digest)
  }

  /** Compares in constant time. @param hash 64 hex digits */
  answersTo(hash: string): boolean {
    const [own, given] = [Buffer.from(this.key.secret_hash), Buffer.from(hash)]
    return own.length === given.length && timingSafeEqual(own, given)
  }
}

function callerOf(id: string, key: AuthKey, userPath: string): Caller {
  const { user_id: userId, labels, allowed_models: allowedModels } = key
  const admin = adminScopeOf(key, userPath)
  return {
    method: 'api_key',
    keyId: id,
    ...(userPath === '' ? {} : { userPath }),
    ...(userId === '' ? {} : { userId }),
    ...(labels.length === 0 ? {} : { labels }),
    ...(allowedModels.length === 0 ? {} : { allowedModels }),
    ...(admin === undefined ? {} : { admin }),
  }
}

/** A key of a user whose path nobody knows administers nothing. */
function adminScopeOf({ dashboard_access: isAdmin, user_id: userId }: AuthKey, root: string): AdminScope | undefined {
  if (!isAdmin || (userId !== '' && root === '')) return undefined
  return root === '' || root === '/' ? everything : { root, isGlobal: false }
}
