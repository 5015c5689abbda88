/** The rate limits that hold for a caller, as they may see them: of their path and above, and of their key. */

import type { LimitStanding, Limits, State } from '../../core/index.ts'
import { standingsOf } from './endpoints.ts'
import type { Meter } from './meter.ts'
import type { RateIndex } from './rate-index.ts'
import { reportOf } from './view.ts'

export interface ReportDeps {
  readonly index: RateIndex
  readonly state: State
  readonly now: number
}

export async function reportFor({ caller, userPath }: Parameters<Limits['of']>[0], { index, state, now }: ReportDeps): Promise<readonly LimitStanding[]> {
  const meters = index.ofCaller(userPath, caller?.keyId)
  const standings = await standingsOf(state, meters, now)
  const byRule = Map.groupBy(meters, ({ rule }) => rule.id)
  return [...byRule.values()].map(ofRule => reportOf(ofRule[0] as Meter, new Map([...standings].filter(([meter]) => ofRule.includes(meter))), now))
}
