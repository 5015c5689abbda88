/** How a secret stands in the store: `enc:v1:<data key>:<base64>`, or as it is. */

import type { SecretPlace } from '../../core/storage/secrets.ts'

const pattern = /^enc:v1:(\d+):([A-Za-z0-9+/=]*)$/
/** Before a text that looks like one of ours. */
const plainMark = 'plain:'

export interface Sealed {
  readonly keyId: string
  readonly encrypted: string
}

export function format({ keyId, encrypted }: Sealed): string {
  return `enc:v1:${keyId}:${encrypted}`
}

/** @returns undefined for what is not sealed */
export function parse(stored: string): Sealed | undefined {
  const [, keyId = '', encrypted = ''] = pattern.exec(stored) ?? []
  return keyId === '' ? undefined : { keyId, encrypted }
}

export function markPlain(text: string): string {
  return parse(text) !== undefined || text.startsWith(plainMark) ? plainMark + text : text
}

export function unmarkPlain(stored: string): string {
  return stored.startsWith(plainMark) ? stored.slice(plainMark.length) : stored
}

/** What a secret is bound to. */
export function about({ collection, id, field }: SecretPlace): string {
  return JSON.stringify([collection, id, field])
}
