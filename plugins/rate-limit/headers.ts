/** The headers that tell a caller how much is left of their limits. */

import type { Standing } from '../../core/index.ts'
import { usedOf, windowOf, type Kind, type Meter } from './meter.ts'

/** Of each kind, those of the rule that leaves least. @param meters admitted @param standings as they were before. @returns flat */
export function limitHeaders(meters: readonly Meter[], standings: readonly Standing[], nowMs: number): readonly string[] {
  const headers: string[] = []
  for (const kind of ['requests', 'tokens'] as const) {
    const least = leastOf(meters, standings, kind, nowMs)
    if (least === undefined) continue
    headers.push(
      `x-ratelimit-limit-${kind}`,
      String(least.meter.limit),
      `x-ratelimit-remaining-${kind}`,
      String(least.left),
      `x-ratelimit-reset-${kind}`,
      String(Math.ceil((windowOf(least.meter, nowMs).endMs - nowMs) / 1000)),
    )
  }
  return headers
}

function leastOf(
  meters: readonly Meter[],
  standings: readonly Standing[],
  kind: Kind,
  nowMs: number,
): { readonly meter: Meter; readonly left: number } | undefined {
  let least: { readonly meter: Meter; readonly left: number } | undefined
  meters.forEach((meter, index) => {
    const standing = standings[index]
    if (meter.kind !== kind || standing === undefined) return
    const left = Math.max(0, Math.floor(meter.limit - usedOf(windowOf(meter, nowMs), standing) - (kind === 'requests' ? 1 : 0)))
    if (least === undefined || left < least.left) least = { meter, left }
  })
  return least
}
