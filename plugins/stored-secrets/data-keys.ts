/** The data keys of a database: random, numbered, each kept wrapped by a key that only the operator knows. */

import { randomBytes } from 'node:crypto'
import type { Records, Stored } from '../../core/storage/records.ts'
import { listAll } from '../../core/storage/list-all.ts'
import { orConflict } from '../shared/records/or-conflict.ts'
import { decrypt, derivation, derive, encrypt, nonceBytes, type Derivation } from './cipher.ts'

/** A data key as it is stored. */
export interface WrappedKey extends Derivation {
  readonly salt: string
  readonly wrapped: string
}

export interface DataKey {
  readonly id: string
  readonly key: Buffer
}

const saltBytes = 16
const keyBytes = 32

export class DataKeys {
  readonly #records: Records<WrappedKey>
  readonly #secret: string
  readonly #previous: string | undefined
  readonly #known = new Map<string, Buffer>()

  constructor(records: Records<WrappedKey>, secret: string, previous: string | undefined) {
    this.#records = records
    this.#secret = secret
    this.#previous = previous
  }

  /** Reads those that are there, and makes the first. @throws Error if the operator's key opens one of them not */
  async open(): Promise<void> {
    await this.read()
    if (this.#known.size === 0) await this.make()
  }

  /** Reads those that were made since. */
  async read(): Promise<void> {
    for (const stored of await listAll(this.#records)) {
      if (!this.#known.has(stored.id)) this.#known.set(stored.id, await this.#unwrap(stored))
    }
  }

  /** Makes a new one, which is the newest from now on. Another process may do so at the same time: then theirs is. */
  async make(): Promise<void> {
    const id = String(this.#newestNumber() + 1)
    await orConflict(this.#records.put(id, await this.#wrap(id, randomBytes(keyBytes)), { expected: 0 }))
    await this.read()
  }

  get newest(): DataKey {
    const id = String(this.#newestNumber())
    const key = this.#known.get(id)
    if (key === undefined) throw new Error('the database has no data key')
    return { id, key }
  }

  async find(id: string): Promise<Buffer | undefined> {
    if (!this.#known.has(id)) await this.read()
    return this.#known.get(id)
  }

  #newestNumber(): number {
    return Math.max(0, ...[...this.#known.keys()].map(Number))
  }

  /** One that only the previous key opens is wrapped by the present one; what it sealed stays as it is. */
  async #unwrap({ id, value, revision }: Stored<WrappedKey>): Promise<Buffer> {
    const key = await tryUnwrap(this.#secret, id, value)
    if (key !== undefined) return key
    const before = this.#previous === undefined ? undefined : await tryUnwrap(this.#previous, id, value)
    if (before === undefined)
      throw new Error(
        `ENCRYPTION_KEY does not open data key ${id} of this database${this.#previous === undefined ? '; if it was changed, give the old one as ENCRYPTION_KEY_PREVIOUS' : ', nor does ENCRYPTION_KEY_PREVIOUS'}`,
      )
    await orConflict(this.#records.put(id, await this.#wrap(id, before), { expected: revision })) // another replica does the same
    return before
  }

  async #wrap(id: string, key: Buffer): Promise<WrappedKey> {
    const salt = randomBytes(saltBytes)
    const wrapping = await derive(this.#secret, salt, derivation)
    return { ...derivation, salt: salt.toString('base64'), wrapped: encrypt(wrapping, randomBytes(nonceBytes), key, aboutKey(id)) }
  }
}

async function tryUnwrap(secret: string, id: string, { salt, wrapped, ...how }: WrappedKey): Promise<Buffer | undefined> {
  const wrapping = await derive(secret, Buffer.from(salt, 'base64'), how)
  try {
    return decrypt(wrapping, wrapped, aboutKey(id))
  } catch {
    return undefined
  }
}

function aboutKey(id: string): string {
  return `data key ${id}`
}
