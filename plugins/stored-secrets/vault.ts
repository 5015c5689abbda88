/** Seals and opens secrets, with data keys where the operator gave a key, and as they are where not. */

import { randomBytes } from 'node:crypto'
import type { Secrets, Storage } from '../../core/index.ts'
import type { Stored } from '../../core/storage/records.ts'
import type { SecretPlace } from '../../core/storage/secrets.ts'
import { listAll } from '../../core/storage/list-all.ts'
import { orConflict } from '../shared/records/or-conflict.ts'
import { decrypt, encrypt, nonceBytes } from './cipher.ts'
import type { DataKeys } from './data-keys.ts'
import { about, format, markPlain, parse, unmarkPlain } from './sealed.ts'

type Document = Readonly<Record<string, unknown>>

export class Vault implements Secrets {
  readonly #storage: Storage
  readonly #keys: DataKeys | undefined
  readonly #covered = new Map<string, readonly string[]>()
  readonly #ownMaking = new Set<string>()

  /** @param keys undefined where the operator gave no key */
  constructor(storage: Storage, keys: DataKeys | undefined) {
    this.#storage = storage
    this.#keys = keys
  }

  get hasKey(): boolean {
    return this.#keys !== undefined
  }

  cover(collection: string, fields: readonly string[], { ownMaking = false }: { readonly ownMaking?: boolean } = {}): void {
    if (ownMaking) this.#ownMaking.add(collection)
    this.#covered.set(collection, [...new Set([...(this.#covered.get(collection) ?? []), ...fields])])
  }

  async seal(place: SecretPlace, text: string): Promise<string> {
    if (this.#keys === undefined) return markPlain(text)
    const { id, key } = this.#keys.newest
    return format({ keyId: id, encrypted: encrypt(key, randomBytes(nonceBytes), Buffer.from(text), about(place)) })
  }

  async open(place: SecretPlace, stored: string): Promise<string> {
    const sealed = parse(stored)
    if (sealed === undefined) return unmarkPlain(stored)
    const key = await this.#keys?.find(sealed.keyId)
    if (key === undefined) throw new Error(`${nameOf(place)} is sealed with data key ${sealed.keyId}, which is not here`)
    try {
      return decrypt(key, sealed.encrypted, about(place)).toString()
    } catch (cause) {
      throw new Error(`${nameOf(place)} was not sealed there, or was changed`, { cause })
    }
  }

  async reencrypt({ rotate = false }: { readonly rotate?: boolean } = {}): Promise<number> {
    if (this.#keys === undefined) throw new Error('there is no TAPLINE_ENCRYPTION_KEY to encrypt with')
    if (rotate) await this.#keys.make()
    let changed = 0
    for (const collection of this.#covered.keys()) {
      for (const { id } of await listAll(this.#storage.records<Document>(collection))) if (await this.#reencrypt(collection, id)) changed++
    }
    return changed
  }

  /** How many of the covered texts are sealed, and how many are not that somebody should know of. */
  async count(): Promise<{ readonly sealed: number; readonly plain: number }> {
    let [sealed, plain] = [0, 0]
    for (const [collection, fields] of this.#covered) {
      const stored = await listAll(this.#storage.records<Document>(collection))
      const texts = stored.flatMap(({ value }) => textsOf(value, fields).map(([, text]) => text))
      const ofIt = texts.filter(text => parse(text) !== undefined).length
      sealed += ofIt
      if (this.#keys !== undefined || !this.#ownMaking.has(collection)) plain += texts.length - ofIt
    }
    return { sealed, plain }
  }

  /** @returns whether there was something to do */
  async #reencrypt(collection: string, id: string): Promise<boolean> {
    const records = this.#storage.records<Document>(collection)
    for (;;) {
      const stored = await records.get(id)
      const resealed = stored === undefined ? {} : await this.#resealed(collection, stored)
      if (stored === undefined || Object.keys(resealed).length === 0) return false
      if ((await orConflict(records.put(id, { ...stored.value, ...resealed }, { expected: stored.revision }))) !== undefined) return true
    }
  }

  async #resealed(collection: string, { id, value }: Stored<Document>): Promise<Readonly<Record<string, string>>> {
    const resealed: Record<string, string> = {}
    for (const [field, text] of textsOf(value, this.#covered.get(collection) ?? [])) {
      if (parse(text)?.keyId === this.#keys?.newest.id) continue
      const place = { collection, id, field }
      resealed[field] = await this.seal(place, await this.open(place, text))
    }
    return resealed
  }
}

function textsOf(value: Document, fields: readonly string[]): readonly (readonly [field: string, text: string])[] {
  return fields.flatMap(field => (typeof value[field] === 'string' ? [[field, value[field]] as const] : []))
}

function nameOf({ collection, id, field }: SecretPlace): string {
  return `${field} of ${collection} ${JSON.stringify(id)}`
}
