/** Tokens of the last moments, as they come. */

import { useQuery } from '@tanstack/preact-query'
import { useMemo } from 'preact/hooks'
import type { UsageThroughput } from '../../../schemas/admin/usage.schema.ts'
import { get } from '../../data/api.ts'
import { timeZone } from '../../data/time-zone.ts'
import { shortCount } from '../../data/words.ts'
import { Chart, stacked, type Series } from '../../parts/chart.tsx'
import { Choice, useChoice } from '../../parts/choice.tsx'
import { Section } from '../../parts/section.tsx'
import { Waiting } from '../../parts/states.tsx'

const granularities = [
  ['minute', 'Minutes'],
  ['second', 'Seconds'],
  ['hour', 'Hours'],
  ['day', 'Days'],
] as const
const refetchIntervals = { second: 2000, minute: 10_000, hour: 60_000, day: 60_000 }

export function Throughput() {
  const granularity = useChoice('throughput', granularities)
  const { data, error, refetch } = useQuery({
    queryKey: ['overview', 'throughput', granularity, timeZone.value],
    queryFn: async () => await get<UsageThroughput>('/usage/throughput', { granularity }),
    refetchInterval: refetchIntervals[granularity],
  })
  return (
    <Section title="Throughput now" tools={<Choice name="throughput" title="Buckets" options={granularities} />}>
      {data === undefined ? <Waiting error={error} retry={refetch} /> : <Tokens throughput={data} />}
    </Section>
  )
}

function Tokens({ throughput: { buckets, granularity } }: { readonly throughput: UsageThroughput }) {
  const [places, series] = useMemo((): [string[], Series[]] => {
    const [input, cached] = [buckets.map(bucket => bucket.input_tokens), buckets.map(bucket => bucket.prompt_cached_tokens)]
    return [
      buckets.map(({ start }) => placeOf(start, granularity)),
      [
        ...stacked([
          { title: 'Local cache', colour: 'fourth', values: buckets.map(bucket => bucket.locally_cached_tokens) },
          { title: 'Output', colour: 'third', values: buckets.map(bucket => bucket.output_tokens) },
          { title: 'Input', colour: 'first', values: input },
        ]),
        // Some providers count it within the input, others beside it.
        { title: 'Prompt cache', colour: 'second', values: cached.map((tokens, at) => Math.min(tokens, input[at] ?? 0)), told: cached },
      ],
    ]
  }, [buckets, granularity])
  return <Chart label={`Tokens by ${granularity}`} places={places} series={series} show={shortCount} />
}

function placeOf(start: string, granularity: UsageThroughput['granularity']): string {
  const at = new Date(start)
  if (granularity === 'day') return at.toLocaleDateString('sv-SE', { timeZone: timeZone.value })
  return at.toLocaleTimeString('sv-SE', {
    timeZone: timeZone.value,
    hour: '2-digit',
    minute: '2-digit',
    ...(granularity === 'second' ? { second: '2-digit' } : {}),
  })
}
