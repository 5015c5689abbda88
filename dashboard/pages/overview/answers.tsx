/** How calls ended, how long providers took, and which model stood in for which. */

import { useMemo } from 'preact/hooks'
import { Link } from 'wouter-preact'
import type { AuditStats } from '../../../schemas/admin/audit.schema.ts'
import { timeZone } from '../../data/time-zone.ts'
import { addressOf } from '../../data/url.ts'
import { count, duration, shortCount } from '../../data/words.ts'
import { Badge } from '../../parts/badge.tsx'
import { Chart, stacked, type Series } from '../../parts/chart.tsx'
import { Section } from '../../parts/section.tsx'
import { Waiting } from '../../parts/states.tsx'
import { useStats, type Days } from './queries.ts'

interface AnswersProps {
  readonly range: Days
}

export function Answers({ range }: AnswersProps) {
  const { data, error, refetch } = useStats(range)
  if (data === undefined) return <Waiting error={error} retry={refetch} />
  return (
    <>
      <div class="halves">
        <Section title="Answers by status" tools={<Link href={addressOf('/audit', range)}>Audit log</Link>}>
          <Statuses stats={data} />
        </Section>
        {data.provider_latency.length > 0 && (
          <Section title="Latency of providers" tools={<span class="faint">{duration(data.summary.avg_duration_ms)} on average, of all calls</span>}>
            <Latency stats={data} />
          </Section>
        )}
      </div>
      {data.failovers.length > 0 && <Failovers range={range} failovers={data.failovers} />}
    </>
  )
}

function Statuses({ stats: { buckets, interval } }: { readonly stats: AuditStats }) {
  const [places, series] = useMemo((): [string[], Series[]] => {
    const of = (title: string, colour: string, value: Exclude<keyof (typeof buckets)[number], 'start'>) => ({
      title,
      colour,
      values: buckets.map(bucket => bucket[value]),
    })
    const [failed, refused, other, good] = [
      of('5xx', 'bad', 'status_5xx'),
      of('4xx', 'warn', 'status_4xx'),
      of('Other', 'faint', 'status_other'),
      of('2xx', 'good', 'status_2xx'),
    ]
    return [placesOf(buckets, interval), stacked([failed, refused, ...(other.values.some(value => value > 0) ? [other] : []), good])]
  }, [buckets, interval])
  return <Chart label="Answers by status" places={places} series={series} show={shortCount} />
}

const colours = ['first', 'third', 'fourth', 'bad', 'second', 'faint']

/** No point where a provider was not asked. */
function Latency({ stats: { buckets, interval, provider_latency: latencies } }: { readonly stats: AuditStats }) {
  const [places, series] = useMemo(
    (): [string[], Series[]] => [
      placesOf(buckets, interval),
      latencies.map(({ provider, avg_duration_ms: values }, at) => ({ title: provider, colour: colours[at % colours.length] as string, values })),
    ],
    [buckets, interval, latencies],
  )
  return <Chart label="Average duration by provider" places={places} series={series} line show={duration} />
}

function placesOf(buckets: AuditStats['buckets'], interval: AuditStats['interval']): string[] {
  return buckets.map(({ start }) => {
    const at = new Date(start)
    return interval === 'day'
      ? at.toLocaleDateString('sv-SE', { timeZone: timeZone.value })
      : at.toLocaleTimeString('sv-SE', { timeZone: timeZone.value, hour: '2-digit', minute: '2-digit' })
  })
}

function Failovers({ range, failovers }: AnswersProps & Pick<AuditStats, 'failovers'>) {
  return (
    <Section title="Failovers">
      <ul class="plain-list">
        {failovers.map(({ from, to, count: times }) => (
          <li key={`${from} ${to}`}>
            <Link href={addressOf('/audit', range, { ...answeredBy(to) })}>
              {from} → {to}
            </Link>{' '}
            <Badge kind="warn">{count(times)}</Badge>
          </li>
        ))}
      </ul>
    </Section>
  )
}

/** Where the audit log shows what this one answered. @param selector the provider and its model */
function answeredBy(selector: string): Readonly<Record<string, string>> {
  const slash = selector.indexOf('/')
  return { provider: selector.slice(0, slash), search: selector.slice(slash + 1) }
}
