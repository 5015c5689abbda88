/** The rate limits that hold for a caller, as he may see them: of his path and above, and of his key. */

import type { LimitStanding, Limits, State } from '../../core/index.ts'
import { standingsOf } from './endpoints.ts'
import type { Meter } from './meter.ts'
import type { RateBook } from './rate-book.ts'
import { reportOf } from './view.ts'

export interface ReportGround {
  readonly book: RateBook
  readonly state: State
  readonly now: number
}

export async function reportFor({ caller, userPath }: Parameters<Limits['of']>[0], { book, state, now }: ReportGround): Promise<readonly LimitStanding[]> {
  const meters = book.ofCaller(userPath, caller?.keyId)
  const standings = await standingsOf(state, meters, now)
  const byRule = Map.groupBy(meters, ({ rule }) => rule.id)
  return [...byRule.values()].map(ofRule => reportOf(ofRule[0] as Meter, new Map([...standings].filter(([meter]) => ofRule.includes(meter))), now))
}
