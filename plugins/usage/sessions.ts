/** What each session used, the one with the newest record first. */

import type { AdminCall } from '../../core/index.ts'
import type { Filter } from '../../core/storage/journal.ts'
import { pageOf } from '../shared/admin/ranges.ts'
import { costs, tokens, type UsageJournal } from './journal.ts'
import { asked, inMode, narrowed } from './questions.ts'
import { tallies, Tally } from './tally.ts'

const key = ['session_id', 'user_path'] as const

/** Of a session that the gateway's own cache answered alone. */
const nothing = new Tally('uncached')

/** Requests and tokens include hits of the cache, unless the mode says otherwise; costs never do. */
export async function bySession(journal: UsageJournal, call: AdminCall, now: number): Promise<object> {
  const { limit, offset } = pageOf(call.query)
  const filter = sessionFilter(call, now)
  const { groups, total } = await journal.sums({ filter, by: key, measures: [...tokens], order: 'latest', limit, offset })
  const ids = [...new Set(groups.map(group => group.key['session_id'] as string))]
  const paid =
    ids.length === 0
      ? []
      : (
          await journal.sums({
            filter: inMode({ ...filter, equals: { ...filter.equals, session_id: ids } }, 'uncached'),
            by: [...key, 'cache_type'],
            measures: [...costs],
          })
        ).groups
  const costOf = tallies(paid, 'uncached', sum => JSON.stringify([sum.key['session_id'], sum.key['user_path']]))
  const entries = groups.map(({ key: { session_id, user_path }, count, sums }) => {
    const spent = costOf.get(JSON.stringify([session_id, user_path])) ?? nothing
    return {
      session_id,
      user_path,
      requests: count,
      input_tokens: sums['input_tokens'] ?? 0,
      output_tokens: sums['output_tokens'] ?? 0,
      total_tokens: sums['total_tokens'] ?? 0,
      input_cost: spent.cost('input_cost'),
      output_cost: spent.cost('output_cost'),
      total_cost: spent.cost('total_cost'),
    }
  })
  return { entries, total, limit, offset }
}

/** A session that is named without days is shown as a whole. */
function sessionFilter(call: AdminCall, now: number): Filter {
  const { query, confine } = call
  const { session_id: id, start_date: start, end_date: end, days } = query
  const { filter, mode } = asked(call, now)
  if (id === undefined) return inMode({ ...filter, not: { session_id: null } }, mode)
  const isWhole = start === undefined && end === undefined && days === undefined
  return inMode({ ...(isWhole ? narrowed(query, confine) : filter), equals: { ...filter.equals, session_id: String(id) } }, mode)
}
