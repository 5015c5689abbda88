/** The keys in the store, as administrators see and change them. */

import { Conflict, gatewayError, type Access, type AdminCall, type AdminScope, type Clock, type Models, type Users } from '../../core/index.ts'
import { notFound } from '../shared/objects/ownership.ts'
import { update, type Records, type Stored } from '../../core/storage/records.ts'
import { isWithin } from '../../core/user-path.ts'
import { listAll } from '../../core/storage/list-all.ts'
import type { AuthKeyView } from '../../schemas/admin/auth-keys.schema.ts'
import type { AuthKey } from '../../schemas/records/auth-key.schema.ts'
import { currentPath } from './current-path.ts'
import type { Follower } from './follower.ts'
import type { KeyRing } from './key-ring.ts'
import type { KeyUse } from './last-use.ts'
import type { Pepper } from './pepper.ts'
import { idOf, type Lookup } from './token.ts'
import { standing, viewOf } from './view.ts'

export interface KeyStoreParts {
  readonly keys: Records<AuthKey>
  readonly uses: Records<KeyUse>
  readonly ring: KeyRing
  readonly follower: Follower
  readonly pepper: Pepper
  readonly clock: Clock
  readonly models: Pick<Models, 'inventories'>
  readonly access: Pick<Access, 'effective'>
  readonly users: Users
}

/** What a new key is, beside what follows from its token. */
export type NewKey = Omit<AuthKey, 'kind' | 'secret_hash' | 'pepper_id' | 'deactivated_at' | 'created_at' | 'updated_at'>

type Edit = (key: AuthKey) => Partial<AuthKey> | undefined

export class KeyStore {
  readonly #parts: KeyStoreParts

  constructor(parts: KeyStoreParts) {
    this.#parts = parts
  }

  get pepper(): Pepper {
    return this.#parts.pepper
  }

  now(): number {
    return this.#parts.clock.now()
  }

  /** Those that an administrator may see, the newest first. */
  async list(scope: AdminScope): Promise<readonly AuthKeyView[]> {
    const [keys, uses] = await Promise.all([this.stored(scope), listAll(this.#parts.uses)])
    const lastUses = new Map(uses.map(({ id, value }) => [id, value.last_used_at]))
    return keys.map(({ id, value }) => this.#view(id, value, lastUses.get(id))).reverse()
  }

  /** The same keys as they are stored. */
  async stored(scope: AdminScope): Promise<readonly Stored<AuthKey>[]> {
    return (await listAll(this.#parts.keys)).filter(({ value }) => this.#isVisible(value, scope))
  }

  /** Where a user is now; undefined if there is no such user. */
  pathOfUser(userId: string): string | undefined {
    return this.#parts.users.pathOf(userId)
  }

  /** The path that calls with a key are made for now. */
  pathOf(key: Pick<AuthKey, 'user_id' | 'user_path'>): string {
    return currentPath(key, userId => this.pathOfUser(userId))
  }

  /** @throws GatewayError `auth_key_exists` */
  async add(lookup: Lookup, key: NewKey, call: AdminCall): Promise<AuthKeyView> {
    const { keys, ring, follower, pepper } = this.#parts
    if (ring.has(lookup)) throw alreadyThere()
    const now = this.now()
    const whole: AuthKey = {
      ...key,
      kind: lookup.kind,
      secret_hash: lookup.hash,
      pepper_id: lookup.kind === 'tapline' ? pepper.id : '',
      deactivated_at: null,
      created_at: now,
      updated_at: now,
    }
    const stored = await keys.put(idOf(lookup, pepper), whole, { expected: 0, owner: key.user_path }).catch(refuseDuplicate)
    follower.wrote(stored)
    const view = this.#view(stored.id, stored.value)
    call.changed(undefined, view)
    return view
  }

  /** Changes one key that the caller may see, unless they ask for another state of it. @param edit as for `edit`. @throws GatewayError `not_found`, `precondition_failed` */
  async change(id: string, call: AdminCall, edit: Edit): Promise<AuthKeyView> {
    const listed = call.exchange.request.headers['if-match'] === undefined ? [] : await this.list(call.scope)
    const { before, after } = await this.edit(id, call.scope, edit, view => {
      const isListed = listed.some(one => one.id === id && JSON.stringify(standing(one)) === JSON.stringify(standing(view)))
      call.ifMatch(standing(view), isListed ? listed.map(standing) : undefined)
    })
    call.changed(before, after)
    return after
  }

  /** @param edit gives what is new, or undefined to leave the key as it is. @throws GatewayError `not_found`, and what `check` throws */
  async edit(
    id: string,
    scope: AdminScope,
    edit: Edit,
    check: (before: AuthKeyView) => void = () => {},
  ): Promise<{ readonly before: AuthKeyView | undefined; readonly after: AuthKeyView }> {
    const lastUse = (await this.#parts.uses.get(id))?.value.last_used_at
    let before: AuthKeyView | undefined
    const stored = await update(this.#parts.keys, id, current => {
      if (current === undefined || !this.#isVisible(current.value, scope)) throw notFound('key')
      before = this.#view(id, current.value, lastUse)
      check(before)
      const changes = edit(current.value)
      return changes === undefined ? undefined : { ...current.value, ...changes, updated_at: this.now() }
    })
    if (stored === undefined) throw notFound('key')
    this.#parts.follower.wrote(stored)
    return { before, after: this.#view(id, stored.value, lastUse) }
  }

  /** Keys without a path belong to nobody's subtree. */
  #isVisible(key: AuthKey, { root, isGlobal }: AdminScope): boolean {
    return isGlobal || isWithin(this.pathOf(key), root)
  }

  #view(id: string, key: AuthKey, lastUsedAt?: number): AuthKeyView {
    const { access, models } = this.#parts
    const userPath = this.pathOf(key)
    const effective = access.effective({ caller: { method: 'api_key', allowedModels: key.allowed_models }, userPath }, models)
    return viewOf(id, key, { now: this.now(), lastUsedAt, userPath, effective })
  }
}

function refuseDuplicate(cause: unknown): never {
  throw cause instanceof Conflict ? alreadyThere() : cause
}

function alreadyThere() {
  return gatewayError('auth_key_exists', 'there is a key with this secret already', { param: 'secret_hash' })
}
