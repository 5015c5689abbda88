/** How much of a rate limit is used. */

import type { RateLimitView } from '../../../schemas/admin/rate-limits.schema.ts'
import { count } from '../../data/words.ts'
import { Meter } from '../../parts/meter.tsx'

interface Use {
  readonly used: number
  readonly most: number
  readonly text: string
}

/** Of several limits the one that is used most; nothing where there is none. */
export function Gauge({ limits }: { readonly limits: readonly RateLimitView[] }) {
  const uses = limits.flatMap(usesOf).toSorted((one, other) => other.used / other.most - one.used / one.most)
  const [first] = uses
  return first === undefined ? null : <UseMeter use={first} title={uses.map(({ text }) => text).join('\n')} />
}

export function UseMeter({ use: { used, most, text }, title = text }: { readonly use: Use; readonly title?: string }) {
  return (
    <span class="use" title={title}>
      <Meter used={used} most={most} label={text} />
    </span>
  )
}

/** One for each number that a limit caps. */
export function usesOf({
  period_seconds: seconds,
  period_label: period,
  max_requests,
  max_tokens,
  requests_used,
  tokens_used,
  in_flight,
}: RateLimitView): readonly Use[] {
  if (seconds === 0) return useOf(in_flight, max_requests, 'calls at once')
  return [...useOf(requests_used, max_requests, `calls per ${period}`), ...useOf(tokens_used, max_tokens, `tokens per ${period}`)]
}

function useOf(used: number, most: number | undefined, what: string): readonly Use[] {
  return most === undefined ? [] : [{ used, most, text: `${count(used)} of ${count(most)} ${what}` }]
}
