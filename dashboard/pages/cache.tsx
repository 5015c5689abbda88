/** What the response cache answered, and what that saved. */

import { useQuery, useQueryClient } from '@tanstack/preact-query'
import { useMemo, useState } from 'preact/hooks'
import type { CacheOverview } from '../../schemas/admin/cache.schema.ts'
import { get, send } from '../data/api.ts'
import { eachDay } from '../data/days.ts'
import { timeZone } from '../data/time-zone.ts'
import { useRange, type Range } from '../data/url.ts'
import { count, money, shortCount } from '../data/words.ts'
import { Cards, Section } from '../parts/cards.tsx'
import { Chart, type Series } from '../parts/chart.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { RangePicker } from '../parts/range-picker.tsx'
import { Failed, Loading } from '../parts/states.tsx'

export function CachePage() {
  const queries = useQueryClient()
  const [range] = useRange()
  const [clearing, setClearing] = useState(false)
  const { data, error, refetch } = useQuery({
    queryKey: ['cache', range, timeZone.value],
    queryFn: async () => await get<CacheOverview>('/cache/overview', range),
  })
  return (
    <>
      <header class="head">
        <h1>Cache</h1>
        <RangePicker />
      </header>
      {data === undefined ? error === null ? <Loading /> : <Failed error={error} retry={refetch} /> : <Hits overview={data} range={range} />}
      <Section title="What is kept">
        <button type="button" onClick={() => setClearing(true)}>
          Clear the cache
        </button>
      </Section>
      {clearing && (
        <Confirm
          title="Clear the cache?"
          text="Every answer that it keeps is forgotten. Calls go to providers until it has filled again."
          verb="Clear"
          close={() => setClearing(false)}
          act={async () => {
            await send('DELETE', '/cache?layer=all&confirmation=clear')
            await queries.invalidateQueries({ queryKey: ['cache'] })
          }}
        />
      )}
    </>
  )
}

function Hits({ overview: { summary, daily }, range }: { readonly overview: CacheOverview; readonly range: Range }) {
  const [places, series] = useMemo((): [string[], Series[]] => {
    const days = eachDay(
      daily.map(({ date, hits, exact_hits: exact }) => ({ date, hits, exact })),
      range,
      date => ({ date, hits: 0, exact: 0 }),
    )
    return [
      days.map(({ date }) => date),
      [
        { title: 'All', colour: 'second', values: days.map(({ hits }) => hits) },
        { title: 'Equal requests', colour: 'first', values: days.map(({ exact }) => exact) },
      ],
    ]
  }, [daily, range])
  return (
    <>
      <Cards
        figures={[
          { title: 'Answers from the cache', value: shortCount(summary.total_hits) },
          { title: 'To equal requests', value: count(summary.exact_hits) },
          { title: 'To similar ones', value: count(summary.semantic_hits) },
          { title: 'Saved', value: money(summary.total_saved_cost), note: `${shortCount(summary.total_tokens)} tokens` },
        ]}
      />
      <Section title="By day">
        <Chart label="Answers from the cache by day" places={places} series={series} show={shortCount} />
      </Section>
    </>
  )
}
