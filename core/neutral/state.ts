/** Opaque state of vendors: who may have it back, and how it travels with clients that know nothing of it. */

import { isObject } from './arguments.ts'
import { tryJson } from './json.ts'
import type { Losses } from './losses.ts'
import type { Json, JsonObject, VendorState } from './request.ts'
import type { Destination } from './translation.ts'

const mark = 'tl1.'
/** Sealed state is held by the client: more than this nobody unpacks. */
const sealedLimit = 256 * 1024

/** State of one vendor family in a form that only Tapline reads. It has no authority: the vendor checks what is inside. */
export interface Sealed {
  readonly v: 1
  /** The family that issued it. */
  readonly f: string
  /** The model that issued it, if the provider named one. */
  readonly m?: string
  /** `{call, sig}` for the state of a tool call, or whole thinking blocks. */
  readonly s: readonly JsonObject[]
}

/** Whether the destination may have this state back: it is its own vendor's, and its own model family's as far as both are known. */
export function isOwn(state: VendorState | undefined, { traits }: Destination, familyOf?: (model: string) => string | undefined): boolean {
  if (state === undefined || state.vendor !== traits.vendor) return false
  const issuer = state.model === undefined ? undefined : familyOf?.(state.model)
  return issuer === undefined || traits.family === undefined || issuer === traits.family
}

/** Notes what stays behind because another vendor, or nobody, signed it. */
export function noteForeign(field: 'reasoning' | 'extra_content', { model }: Destination, losses: Losses): void {
  losses.silent(field, field === 'reasoning' ? `not signed by the vendor of ${model}` : `state of another vendor is not sent to ${model}`)
}

export function seal({ v, f, m, s }: Sealed): string {
  return mark + Buffer.from(JSON.stringify({ v, f, ...(m === undefined ? {} : { m }), s })).toString('base64url')
}

export function isSealed(value: string): boolean {
  return value.startsWith(mark)
}

/** What was sealed; `undefined` for anything that `seal` did not make. */
export function unseal(value: string): Sealed | undefined {
  if (!isSealed(value) || value.length > sealedLimit) return undefined
  const sealed = tryJson(Buffer.from(value.slice(mark.length), 'base64url').toString())
  if (!isObject(sealed) || sealed['v'] !== 1 || typeof sealed['f'] !== 'string' || !Array.isArray(sealed['s'])) return undefined
  const { f, m, s } = sealed as { f: string; m?: Json; s: readonly Json[] }
  return { v: 1, f, ...(typeof m === 'string' ? { m } : {}), s: s.filter(isObject) }
}
