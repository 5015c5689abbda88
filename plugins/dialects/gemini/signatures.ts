/** Thought signatures: to which models they belong, and those that came back sealed. */

import type { Turn, VendorState } from '../../../core/neutral/request.ts'
import { isSealed, unseal, type Sealed } from '../../../core/neutral/state.ts'

const vendor = 'google'

/** The family of a model: `gemini-2.5`, `gemini-3`. Signatures do not pass from one to another. */
export function familyOf(model: string): string | undefined {
  const [, name, major, minor] = /(gemini)-(\d+)(\.\d+)?/.exec(model) ?? []
  if (name === undefined || major === undefined) return undefined
  return `${name}-${major}${Number(major) < 3 ? (minor ?? '') : ''}`
}

/** Signatures of calls that travelled in thinking blocks, by call id. */
export function sealedSignatures(turns: readonly Turn[]): ReadonlyMap<string, VendorState> {
  const values = turns.flatMap(({ blocks }) => blocks.flatMap(block => (block.type === 'reasoning' ? [block.state?.value, block.redacted] : [])))
  return new Map(
    values
      .filter(value => value !== undefined)
      .filter(isSealed)
      .map(unseal)
      .flatMap(statesOf),
  )
}

function statesOf(sealed: Sealed | undefined): (readonly [string, VendorState])[] {
  if (sealed?.f !== vendor) return []
  const { m, s } = sealed
  return s.flatMap(({ call, sig }) =>
    typeof call === 'string' && typeof sig === 'string' ? [[call, { vendor, value: sig, ...(m === undefined ? {} : { model: m }) }] as const] : [],
  )
}
