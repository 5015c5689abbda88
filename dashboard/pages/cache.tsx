/** What the response cache answered, what that saved, and how it is configured. */

import { useQuery, useQueryClient } from '@tanstack/preact-query'
import { useMemo, useState } from 'preact/hooks'
import type { CacheDay, CacheLayerView, CacheOverview } from '../../schemas/admin/cache.schema.ts'
import type { UsageSummary } from '../../schemas/admin/usage.schema.ts'
import { get, send } from '../data/api.ts'
import { eachDay } from '../data/days.ts'
import { textIn } from '../data/form.ts'
import { timeZone } from '../data/time-zone.ts'
import { useRange, type Range } from '../data/url.ts'
import { count, money, share, shortCount } from '../data/words.ts'
import { Cards } from '../parts/cards.tsx'
import { Chart, type Series } from '../parts/chart.tsx'
import { Choice, useChoice } from '../parts/choice.tsx'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { RangePicker } from '../parts/range-picker.tsx'
import { RecordForm, type Field } from '../parts/record-form.tsx'
import { Section } from '../parts/section.tsx'
import { Waiting } from '../parts/states.tsx'

export function CachePage() {
  const queries = useQueryClient()
  const [range] = useRange()
  const [clearing, setClearing] = useState(false)
  const [cleared, setCleared] = useState<string>()
  const { data, error, refetch } = useQuery({
    queryKey: ['cache', range, timeZone.value],
    queryFn: async () =>
      await Promise.all([get<CacheOverview>('/cache/overview', range), get<UsageSummary>('/usage/summary', { ...range, cache_mode: 'all' })]),
  })
  const clear = async (form: FormData) => {
    const [layer, model] = [layersByTitle[textIn(form, 'layer')] ?? 'all', textIn(form, 'model')]
    const query = new URLSearchParams({ layer, confirmation: textIn(form, 'confirmation'), ...(model === '' ? {} : { model }) })
    await send('DELETE', `/cache?${query}`)
    setClearing(false)
    setCleared(model === '' ? 'The answers are forgotten.' : `The answers of ${model} are forgotten.`)
    await queries.invalidateQueries({ queryKey: ['cache'] })
  }
  return (
    <>
      <header class="head">
        <h1>Cache</h1>
        <RangePicker />
      </header>
      {cleared !== undefined && <p role="status">{cleared}</p>}
      {data === undefined ? (
        <Waiting error={error} retry={refetch} />
      ) : (
        <>
          <Sums overview={data[0]} calls={data[1].total_requests} />
          <ByDay daily={data[0].daily} range={range} />
          <Section
            title="Configuration"
            tools={
              <button type="button" onClick={() => setClearing(true)}>
                Clear …
              </button>
            }
          >
            <DataTable label="Layers" rows={{ data: data[0].layers, error, refetch }} columns={layerColumns} none="No cache is on." id={({ layer }) => layer} />
          </Section>
        </>
      )}
      {clearing && (
        <RecordForm title="Clear the cache" verb="Clear" fields={clearFields(data?.[0].layers ?? [])} close={() => setClearing(false)} save={clear} />
      )}
    </>
  )
}

function Sums({ overview: { summary, layers }, calls }: { readonly overview: CacheOverview; readonly calls: number }) {
  return (
    <Cards
      figures={[
        { title: 'Hit rate', value: share(summary.total_hits, calls), note: `${count(summary.total_hits)} of ${count(calls)} requests` },
        { title: 'Equal requests', value: count(summary.exact_hits), note: 'answered by the exact layer' },
        ...(layers.some(({ layer }) => layer === 'semantic') || summary.semantic_hits > 0
          ? [{ title: 'Similar requests', value: count(summary.semantic_hits), note: 'answered by the semantic layer' }]
          : []),
        {
          title: 'Tokens saved',
          value: shortCount(summary.total_tokens),
          note: `${shortCount(summary.total_input_tokens)} in, ${shortCount(summary.total_output_tokens)} out`,
        },
        { title: 'Cost saved', value: money(summary.total_saved_cost) },
      ]}
    />
  )
}

/** What the chart can show of a day, the whole first. */
const measures = {
  hits: {
    title: 'Hits',
    show: shortCount,
    parts: [
      { title: 'All', colour: 'second', of: (day: CacheDay) => day.hits },
      { title: 'Equal requests', colour: 'first', of: (day: CacheDay) => day.exact_hits },
    ],
  },
  tokens: {
    title: 'Tokens',
    show: shortCount,
    parts: [
      { title: 'Input and output', colour: 'second', of: (day: CacheDay) => day.total_tokens },
      { title: 'Input', colour: 'first', of: (day: CacheDay) => day.input_tokens },
    ],
  },
  cost: { title: 'Cost', show: money, parts: [{ title: 'Saved', colour: 'first', of: (day: CacheDay) => day.saved_cost }] },
} as const

const measureNames = [
  ['hits', measures.hits.title],
  ['tokens', measures.tokens.title],
  ['cost', measures.cost.title],
] as const

function ByDay({ daily, range }: { readonly daily: readonly CacheDay[]; readonly range: Range }) {
  const measure = measures[useChoice('show', measureNames)]
  const [places, series] = useMemo((): [string[], Series[]] => {
    const days = eachDay(daily, range, noHits)
    return [days.map(({ date }) => date), measure.parts.map(({ title, colour, of }) => ({ title, colour, values: days.map(of) }))]
  }, [daily, range, measure])
  return (
    <Section title="By day" tools={<Choice name="show" title="Chart of" options={measureNames} />}>
      <Chart label={`${measure.title} by day`} places={places} series={series} show={measure.show} />
    </Section>
  )
}

function noHits(date: string): CacheDay {
  return { date, hits: 0, exact_hits: 0, semantic_hits: 0, input_tokens: 0, output_tokens: 0, total_tokens: 0, saved_cost: 0 }
}

const layerColumns: readonly Column<CacheLayerView>[] = [
  { title: 'Layer', show: ({ layer }) => (layer === 'exact' ? 'exact: equal requests' : 'semantic: requests that mean the same') },
  { title: 'Answers live', show: ({ ttl_seconds: seconds }) => (seconds === 0 ? 'for ever' : `${count(seconds)} s`) },
  { title: 'Longest answer', show: ({ max_entry_bytes: bytes }) => `${count(Math.round(bytes / 1024))} KiB` },
  { title: 'Streams', show: ({ streams }) => (streams ? 'kept, too' : 'not kept') },
  {
    title: 'Similarity',
    show: ({ embedder, similarity_threshold: threshold }) => (embedder === undefined ? '–' : [`from ${threshold}, by `, <code>{embedder}</code>]),
  },
]

const layersByTitle: Readonly<Record<string, string>> = { both: 'all', exact: 'exact', semantic: 'semantic' }

function clearFields(layers: readonly CacheLayerView[]): readonly Field[] {
  const names = [...new Set(layers.map(({ layer }) => layer))]
  return [
    ...(names.length > 1 ? [{ name: 'layer', title: 'Layer', options: ['both', ...names] }] : []),
    { name: 'model', title: 'Model', hint: 'Its id, or provider/model. All models if empty.' },
    {
      name: 'confirmation',
      title: 'Type clear to confirm',
      required: true,
      hint: 'Answers are forgotten; calls go to providers until the cache has filled again.',
    },
  ]
}
