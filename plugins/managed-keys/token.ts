/** Tokens: how they are made, and which hash leads from one to its key. */

import { hash, randomBytes } from 'node:crypto'
import type { AuthKey } from '../../schemas/records/auth-key.schema.ts'
import type { Pepper } from './pepper.ts'

export type KeyKind = AuthKey['kind']

const ownPrefix = 'sk_tap_'
const goModelPrefix = 'sk_gom_'

/** What is longer is nobody's token, and not worth hashing. */
const longestToken = 1024

/** Where a token is looked up; each kind has a space of its own, so that no key answers to another kind's token. */
export interface Lookup {
  readonly kind: KeyKind
  readonly hash: string
}

/** @returns undefined for what no key can be */
export function lookupOf(token: string, pepper: Pepper): Lookup | undefined {
  if (token.length > longestToken) return undefined
  if (token.startsWith(ownPrefix)) return { kind: 'tapline', hash: pepper.mac(token.slice(ownPrefix.length)) }
  if (token.startsWith(goModelPrefix)) return { kind: 'gomodel', hash: sha256(token.slice(goModelPrefix.length)) }
  return { kind: 'litellm', hash: sha256(token) }
}

/** Whether a token is spelled as only managed keys are. */
export function isManagedForm(token: string): boolean {
  return token.startsWith(ownPrefix) || token.startsWith(goModelPrefix)
}

/** Whether a text is the very token that an imported hash is of, with its prefix or without. */
export function isTokenOf(text: string, { kind, hash }: Lookup): boolean {
  const secret = kind === 'gomodel' && text.startsWith(goModelPrefix) ? text.slice(goModelPrefix.length) : text
  return sha256(secret) === hash
}

/** A token that nobody has seen yet. */
export function newToken(): string {
  return ownPrefix + randomBytes(32).toString('base64url')
}

/** What people may see of a token. */
export function redacted(token: string): string {
  return `${ownPrefix}...${token.slice(-4)}`
}

/** 64 hex digits. */
export function sha256(text: string): string {
  return hash('sha256', text, 'hex')
}

/** A UUID that follows from what a key is recognised by: two keys of one token would be one document. */
export function idOf({ kind, hash }: Lookup, pepper: Pepper): string {
  const digits = pepper.mac(`${kind}:${hash}`)
  const variant = ((Number.parseInt(digits.slice(16, 17), 16) & 3) | 8).toString(16)
  return [digits.slice(0, 8), digits.slice(8, 12), `8${digits.slice(13, 16)}`, variant + digits.slice(17, 20), digits.slice(20, 32)].join('-')
}
