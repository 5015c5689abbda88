/** All keys, in memory: what the service `keys` answers from. */

import type { Clock, Keys, KnownKey } from '../../core/index.ts'
import type { Stored } from '../../core/storage/records.ts'
import type { AuthKey } from '../../schemas/records/auth-key.schema.ts'
import { currentPath, type PathOfUser } from './current-path.ts'
import { Entry } from './entry.ts'
import type { LastUse } from './last-use.ts'
import type { Pepper } from './pepper.ts'
import { isManagedForm, lookupOf, sha256, type Lookup } from './token.ts'
import { unusable } from './usable.ts'

export class KeyRing implements Keys {
  readonly #clock: Clock
  readonly #lastUse: LastUse
  readonly #pathOf: PathOfUser
  #pepper: Pepper | undefined
  readonly #byId = new Map<string, Entry>()
  readonly #byHash = new Map<string, Entry>()
  /** By the SHA-256 of tokens that were recognised: one for each key at most, and found faster than by its own hash. */
  readonly #known = new Map<string, Entry>()
  #didExist = false

  /** @param pathOf where users are now */
  constructor(clock: Clock, lastUse: LastUse, pathOf: PathOfUser) {
    this.#clock = clock
    this.#lastUse = lastUse
    this.#pathOf = pathOf
  }

  /** What other plugins may know of the keys that can be used. */
  get known(): readonly KnownKey[] {
    const now = this.#clock.now()
    return [...this.#byId.values()]
      .filter(({ key }) => unusable(key, now) === undefined)
      .map(({ key }) => ({ name: key.name, userPath: currentPath(key, this.#pathOf), allowedModels: key.allowed_models }))
  }

  usePepper(pepper: Pepper): void {
    this.#pepper = pepper
  }

  /** A gateway that asked for keys once does not open up because a database was emptied. */
  get exist(): boolean {
    return this.#didExist
  }

  find(token: string): ReturnType<Keys['find']> {
    const digest = sha256(token)
    const entry = this.#known.get(digest) ?? this.#recognise(token, digest)
    if (entry === undefined) return isManagedForm(token) ? { unusable: 'unknown' } : undefined
    const now = this.#clock.now()
    const reason = unusable(entry.key, now)
    if (reason !== undefined) return { unusable: reason, keyId: entry.id }
    this.#lastUse.note(entry, now)
    return { caller: entry.caller }
  }

  has(lookup: Lookup): boolean {
    return this.#byHash.has(nameOf(lookup))
  }

  /** Takes one key as it stands in the store now; an older state is ignored. */
  put(stored: Stored<AuthKey>): void {
    const before = this.#byId.get(stored.id)
    if (before === undefined || before.revision < stored.revision) this.#set(stored, before)
  }

  /** Takes all keys as they were listed. @param newer the ids of those that were put since the listing began */
  replace(listed: readonly Stored<AuthKey>[], newer: ReadonlySet<string>): void {
    const ids = new Set(listed.map(({ id }) => id))
    for (const entry of this.#byId.values()) if (!ids.has(entry.id) && !newer.has(entry.id)) this.#remove(entry)
    for (const stored of listed) {
      const before = this.#byId.get(stored.id)
      if (!newer.has(stored.id) && before?.revision !== stored.revision) this.#set(stored, before)
    }
  }

  #recognise(token: string, digest: string): Entry | undefined {
    const lookup = this.#pepper === undefined ? undefined : lookupOf(token, this.#pepper)
    const entry = lookup === undefined ? undefined : this.#byHash.get(nameOf(lookup))
    if (lookup === undefined || entry?.answersTo(lookup.hash) !== true) return undefined
    entry.learn(digest)
    this.#known.set(digest, entry)
    return entry
  }

  #set(stored: Stored<AuthKey>, before: Entry | undefined): void {
    const entry = new Entry(stored, this.#pathOf)
    if (before !== undefined) {
      entry.inherit(before)
      this.#remove(before)
    }
    this.#byId.set(entry.id, entry)
    this.#byHash.set(nameOf({ kind: entry.key.kind, hash: entry.key.secret_hash }), entry)
    if (entry.digest !== undefined) this.#known.set(entry.digest, entry)
    this.#didExist = true
  }

  #remove(entry: Entry): void {
    this.#byId.delete(entry.id)
    this.#byHash.delete(nameOf({ kind: entry.key.kind, hash: entry.key.secret_hash }))
    if (entry.digest !== undefined) this.#known.delete(entry.digest)
  }
}

function nameOf({ kind, hash }: Lookup): string {
  return `${kind}:${hash}`
}
