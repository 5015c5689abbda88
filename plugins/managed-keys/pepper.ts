/** What the hashes of keys are made with, so that a copy of the database alone cannot check a guess. */

import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto'
import type { Secrets } from '../../core/index.ts'
import { update, type Records } from '../../core/storage/records.ts'

export const collection = 'key_pepper'

const place = { collection, id: 'pepper', field: 'value' } as const

/** The document that keeps the pepper of gateways that were given none. */
export interface KeptPepper {
  /** Sealed where secrets in the store are. */
  readonly value: string
}

export class Pepper {
  /** Tells peppers apart without telling what they are. */
  readonly id: string
  readonly #key: KeyObject

  constructor(secret: string) {
    this.#key = createSecretKey(Buffer.from(secret))
    this.id = this.mac('pepper').slice(0, 8)
  }

  /** 64 hex digits that only who knows the pepper can make. */
  mac(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('hex')
  }
}

/** The pepper in the store, made by whichever gateway asks first. */
export async function keptPepper(records: Records<KeptPepper>, secrets: Secrets): Promise<Pepper> {
  const made = await secrets.seal(place, randomBytes(32).toString('base64'))
  const kept = await update(records, place.id, current => (current === undefined ? { value: made } : undefined))
  if (kept === undefined) throw new Error('the store lost the pepper of the keys')
  return new Pepper(await secrets.open(place, kept.value.value))
}
