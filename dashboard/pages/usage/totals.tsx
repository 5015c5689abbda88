/** All that fits, summed up, and how much of it came from caches. */

import { useQuery } from '@tanstack/preact-query'
import type { UsageSummary } from '../../../schemas/admin/usage.schema.ts'
import { get } from '../../data/api.ts'
import { timeZone } from '../../data/time-zone.ts'
import { money, share, shortCount } from '../../data/words.ts'
import { Bar, BarLegend, type Share } from '../../parts/bar.tsx'
import { Cards } from '../../parts/cards.tsx'
import { Section } from '../../parts/section.tsx'
import { Waiting } from '../../parts/states.tsx'
import { queryOf, type CacheMode, type Question } from './question.ts'

interface Sums {
  readonly shown: UsageSummary
  /** What providers answered. */
  readonly provided: UsageSummary
  /** What the gateway's own cache answered. */
  readonly cached: UsageSummary
}

export function Totals({ question }: { readonly question: Question }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['usage', 'totals', question, timeZone.value],
    queryFn: async (): Promise<Sums> => {
      const of = async (mode: CacheMode) => await get<UsageSummary>('/usage/summary', queryOf(question, mode))
      const [shown, provided, cached] = await Promise.all([of(question.mode), of('uncached'), of('cached')])
      return { shown, provided, cached }
    },
  })
  if (data === undefined) return <Waiting error={error} retry={refetch} />
  const { shown, cached } = data
  const isSaved = question.mode === 'cached'
  return (
    <>
      <Cards
        figures={[
          { title: 'Requests', value: shortCount(shown.total_requests) },
          { title: 'Input tokens', value: shortCount(shown.total_input_tokens) },
          { title: 'Output tokens', value: shortCount(shown.total_output_tokens) },
          {
            title: isSaved ? 'Saved cost' : 'Estimated cost',
            value: money(shown.total_cost),
            note: `${money(shown.total_input_cost)} input, ${money(shown.total_output_cost)} output`,
          },
          ...(question.mode === 'all'
            ? [
                {
                  title: 'Saved by the local cache',
                  value: money(cached.total_requests === 0 ? 0 : cached.total_cost),
                  note: `${shortCount(cached.total_requests)} requests`,
                },
              ]
            : []),
        ]}
      />
      <CacheSplit sums={data} />
    </>
  )
}

/** Of the input alone: what providers write is new each time. */
function CacheSplit({ sums: { provided, cached } }: { readonly sums: Sums }) {
  const shares: readonly Share[] = [
    { title: 'Not cached', colour: 'first', value: provided.uncached_input_tokens },
    { title: 'Written to prompt caches', colour: 'third', value: provided.cache_write_input_tokens },
    { title: 'Read from prompt caches', colour: 'second', value: provided.cached_input_tokens },
    { title: 'Local cache', colour: 'fourth', value: cached.total_input_tokens },
  ]
  const all = shares.reduce((sum, { value }) => sum + value, 0)
  if (all === 0) return null
  return (
    <Section title="Input tokens by cache">
      <Bar shares={shares} most={all} show={shortCount} />
      <BarLegend shares={shares} show={value => `${shortCount(value)} (${share(value, all)})`} />
    </Section>
  )
}
