/** What a cost leaves open. */

import type { PricedCall } from '../../core/index.ts'
import { hourWriteNames, minutesWriteNames } from '../shared/usage/count-names.ts'
import type { RateCard } from './rate-card.ts'
import { tokenKindsOf } from './token-kinds.ts'
import { unitsOf } from './units.ts'

/** Numbers that break down what is counted elsewhere. */
const informational = /text|image|miss|prediction|tool_use|billed_units/

/** By the type of the provider. */
const known = new Map<string, ReadonlySet<string>>()

/** Joined and sorted; null if there are none. @param isMeasured whether any tokens or units were priced */
export function caveatsOf(call: PricedCall, card: RateCard, isMeasured: boolean): string | null {
  const found = unmapped(call)
  if (!isMeasured && card.hasSoundRate && call.endpoint.includes('/audio/')) found.push('audio could not be measured')
  if (call.estimated === true && card.dependsOnUsage) found.push('estimated usage')
  return found.length === 0 ? null : found.sort().join('; ')
}

function unmapped({ provider, raw_data: raw }: PricedCall): string[] {
  const found: string[] = []
  const names = namesOf(provider)
  for (const name in raw) {
    if ((raw[name] as number) > 0 && !names.has(name) && isCount(name) && typeof raw[name] === 'number' && !informational.test(name))
      found.push(`unmapped token field: ${name}`)
  }
  return found
}

function isCount(name: string): boolean {
  return name.endsWith('_tokens') || name.endsWith('_count')
}

/** All that has a place in a bill. */
function namesOf(provider: string): ReadonlySet<string> {
  let names = known.get(provider)
  if (names === undefined) {
    const counts = [...tokenKindsOf(provider).flatMap(kind => kind.names), ...hourWriteNames, ...minutesWriteNames].map(({ name }) => name)
    known.set(provider, (names = new Set([...counts, ...unitsOf(provider).flatMap(unit => unit.names)])))
  }
  return names
}
