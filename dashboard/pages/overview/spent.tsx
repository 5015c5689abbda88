/** Tokens or cost over time, by day, week, month or year. */

import { useQuery } from '@tanstack/preact-query'
import { useMemo } from 'preact/hooks'
import type { UsagePeriods } from '../../../schemas/admin/usage.schema.ts'
import { get } from '../../data/api.ts'
import { eachPeriod, type Interval } from '../../data/days.ts'
import { metrics } from '../../data/metrics.ts'
import { timeZone } from '../../data/time-zone.ts'
import { money, shortCount } from '../../data/words.ts'
import { Chart, stacked, type Series } from '../../parts/chart.tsx'
import { Choice, useChoice } from '../../parts/choice.tsx'
import { Section } from '../../parts/section.tsx'
import { Waiting } from '../../parts/states.tsx'
import { refetchInterval, type Days } from './queries.ts'

const intervals = [
  ['daily', 'Days'],
  ['weekly', 'Weeks'],
  ['monthly', 'Months'],
  ['yearly', 'Years'],
] as const

export function Spent({ range }: { readonly range: Days }) {
  const metric = useChoice('show', metrics)
  const interval = useChoice('interval', intervals)
  const { data, error, refetch } = useQuery({
    queryKey: ['overview', 'periods', range, interval, timeZone.value],
    queryFn: async () => {
      const of = async (mode: string) => await get<UsagePeriods>('/usage/daily', { ...range, interval, cache_mode: mode })
      return joined(...(await Promise.all([of('uncached'), of('cached')])))
    },
    refetchInterval,
  })
  const tools = (
    <div class="choices">
      <Choice name="show" title="Chart of" options={metrics} />
      <Choice name="interval" title="By" options={intervals} />
    </div>
  )
  return (
    <Section title={metric === 'tokens' ? 'Tokens' : 'Cost'} tools={tools}>
      {data === undefined ? <Waiting error={error} retry={refetch} /> : <Periods periods={data} range={range} interval={interval} metric={metric} />}
    </Section>
  )
}

interface Period {
  readonly date: string
  readonly output: number
  readonly input: number
  /** Input that providers read from their caches. */
  readonly promptCached: number
  /** Input and output from the gateway's own cache. */
  readonly local: number
  readonly cost: number
  readonly saved: number
}

interface PeriodsProps {
  readonly periods: readonly Period[]
  readonly range: Days
  readonly interval: Interval
  readonly metric: 'tokens' | 'cost'
}

function Periods({ periods, range, interval, metric }: PeriodsProps) {
  const [places, series] = useMemo((): [string[], Series[]] => {
    const each = eachPeriod(periods, range, interval, none)
    const of = (title: string, colour: string, value: keyof typeof zeroes) => ({ title, colour, values: each.map(period => period[value]) })
    return [
      each.map(({ date }) => date),
      stacked(
        metric === 'cost'
          ? [of('Saved by the local cache', 'second', 'saved'), of('Cost', 'first', 'cost')]
          : [
              of('Local cache', 'fourth', 'local'),
              of('Output', 'third', 'output'),
              of('Prompt cache', 'second', 'promptCached'),
              of('Uncached input', 'first', 'input'),
            ],
      ),
    ]
  }, [periods, range, interval, metric])
  return (
    <Chart label={`${metric === 'tokens' ? 'Tokens' : 'Cost'}, ${interval}`} places={places} series={series} show={metric === 'tokens' ? shortCount : money} />
  )
}

const zeroes = { output: 0, input: 0, promptCached: 0, local: 0, cost: 0, saved: 0 }

function none(date: string): Period {
  return { date, ...zeroes }
}

/** Periods in which only one of them has something are among them, too. */
function joined(provided: UsagePeriods, cached: UsagePeriods): readonly Period[] {
  const periods = new Map<string, Period>(
    provided.map(row => [
      row.date,
      {
        ...none(row.date),
        output: row.output_tokens,
        input: row.uncached_input_tokens + row.cache_write_input_tokens,
        promptCached: row.cached_input_tokens,
        cost: row.total_cost ?? 0,
      },
    ]),
  )
  for (const { date, total_tokens: local, total_cost: saved } of cached) periods.set(date, { ...(periods.get(date) ?? none(date)), local, saved: saved ?? 0 })
  return [...periods.values()].sort((one, other) => (one.date < other.date ? -1 : 1))
}
