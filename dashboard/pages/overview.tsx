/** How the gateway is doing: what was asked of it, what it cost, what failed, and how fast the providers are. */

import { useQuery } from '@tanstack/preact-query'
import { useMemo } from 'preact/hooks'
import type { AuditStats } from '../../schemas/admin/audit.schema.ts'
import type { ProvidersStatus } from '../../schemas/admin/providers.schema.ts'
import type { UsagePeriods, UsageSummary } from '../../schemas/admin/usage.schema.ts'
import type { Reach } from '../data/access.ts'
import { get } from '../data/api.ts'
import { eachDay } from '../data/days.ts'
import { timeZone } from '../data/time-zone.ts'
import { useRange, type Range } from '../data/url.ts'
import { count, duration, money, share, shortCount } from '../data/words.ts'
import { Badge, Cards, Section } from '../parts/cards.tsx'
import { Chart, type Series } from '../parts/chart.tsx'
import { FirstCall } from '../parts/first-call.tsx'
import { RangePicker } from '../parts/range-picker.tsx'
import { Empty, Failed, Loading } from '../parts/states.tsx'

export function OverviewPage({ reach }: { readonly reach: Reach }) {
  const [range] = useRange()
  return (
    <>
      <header class="head">
        <h1>Overview</h1>
        <RangePicker />
      </header>
      <FirstCall reach={reach} />
      {reach.isOn('USAGE_ENABLED') ? <Spent range={range} /> : <Empty>Usage is not recorded: USAGE_ENABLED is off.</Empty>}
      {reach.isOn('LOGGING_ENABLED') && <Answered range={range} />}
      {reach.global && <Providers />}
    </>
  )
}

interface Ranged {
  readonly range: Range & Record<string, string>
}

function Spent({ range }: Ranged) {
  const { data, error, refetch } = useQuery({
    queryKey: ['overview', 'usage', range, timeZone.value],
    queryFn: async () =>
      await Promise.all([
        get<UsageSummary>('/usage/summary', { ...range, cache_mode: 'all' }),
        get<UsagePeriods>('/usage/daily', { ...range, cache_mode: 'all' }),
      ]),
  })
  if (data === undefined) return error === null ? <Loading /> : <Failed error={error} retry={refetch} />
  const [sums, days] = data
  return (
    <>
      <Cards
        figures={[
          { title: 'Requests', value: shortCount(sums.total_requests) },
          {
            title: 'Input tokens',
            value: shortCount(sums.total_input_tokens),
            note: `${share(sums.cached_input_tokens, sums.total_input_tokens)} cached by providers`,
          },
          { title: 'Output tokens', value: shortCount(sums.total_output_tokens) },
          { title: 'Estimated cost', value: money(sums.total_cost) },
        ]}
      />
      <Section title="Tokens">
        <Tokens days={days} range={range} />
      </Section>
    </>
  )
}

function Tokens({ days, range }: Ranged & { readonly days: UsagePeriods }) {
  const [places, series] = useMemo((): [string[], Series[]] => {
    const each = eachDay(
      days.map(({ date, input_tokens: input, total_tokens: total }) => ({ date, input, total })),
      range,
      date => ({ date, input: 0, total: 0 }),
    )
    return [
      each.map(({ date }) => date),
      [
        { title: 'Input and output', colour: 'second', values: each.map(({ total }) => total) },
        { title: 'Input', colour: 'first', values: each.map(({ input }) => input) },
      ],
    ]
  }, [days, range])
  return <Chart label="Tokens by day" places={places} series={series} show={shortCount} />
}

function Answered({ range }: Ranged) {
  const { data, error, refetch } = useQuery({
    queryKey: ['overview', 'audit', range, timeZone.value],
    queryFn: async () => await get<AuditStats>('/audit/stats', range),
  })
  if (data === undefined) return error === null ? <Loading /> : <Failed error={error} retry={refetch} />
  return (
    <>
      <Section title="Answers">
        <Cards
          figures={[
            { title: 'Succeeded', value: data.summary.success_rate === null ? '–' : share(data.summary.success_rate, 1) },
            { title: 'Refused (4xx)', value: count(data.summary.status_4xx) },
            { title: 'Failed (5xx)', value: count(data.summary.status_5xx) },
            { title: 'On average', value: duration(data.summary.avg_duration_ms) },
          ]}
        />
        <Statuses stats={data} />
      </Section>
      {data.provider_latency.length > 0 && (
        <Section title="Latency of providers">
          <Latency stats={data} />
        </Section>
      )}
      {data.failovers.length > 0 && (
        <Section title="Failovers">
          <ul class="plain-list">
            {data.failovers.map(({ from, to, count: times }) => (
              <li key={`${from} ${to}`}>
                {from} → {to} <Badge>{count(times)}</Badge>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  )
}

/** Stacked: each is drawn over the one that it is added to. */
function Statuses({ stats: { buckets, interval } }: { readonly stats: AuditStats }) {
  const [places, series] = useMemo(
    (): [string[], Series[]] => [
      buckets.map(({ start }) => place(start, interval)),
      [
        { title: 'All', colour: 'bad', values: buckets.map(({ requests }) => requests) },
        { title: 'without 5xx', colour: 'warn', values: buckets.map(({ requests, status_5xx: failed }) => requests - failed) },
        { title: '2xx', colour: 'good', values: buckets.map(({ status_2xx: good }) => good) },
      ],
    ],
    [buckets, interval],
  )
  return <Chart label="Answers by status" places={places} series={series} show={shortCount} />
}

const colours = ['first', 'second', 'warn', 'good', 'bad', 'faint']

function Latency({ stats: { buckets, interval, provider_latency: latencies } }: { readonly stats: AuditStats }) {
  const [places, series] = useMemo(
    (): [string[], Series[]] => [
      buckets.map(({ start }) => place(start, interval)),
      latencies.map(({ provider, avg_duration_ms: values }, at) => ({ title: provider, colour: colours[at % colours.length] as string, values })),
    ],
    [buckets, interval, latencies],
  )
  return <Chart label="Average duration by provider" places={places} series={series} line show={duration} />
}

function place(start: string, interval: 'hour' | 'day'): string {
  const at = new Date(start)
  return interval === 'day'
    ? at.toLocaleDateString('sv-SE', { timeZone: timeZone.value })
    : at.toLocaleTimeString('sv-SE', { timeZone: timeZone.value, hour: '2-digit', minute: '2-digit' })
}

function Providers() {
  const { data } = useQuery({ queryKey: ['providers'], queryFn: async () => await get<ProvidersStatus>('/providers/status'), refetchInterval: 30_000 })
  if (data === undefined) return null
  return (
    <Section title="Providers">
      <p class="chips">
        {data.providers.map(({ name, status, status_label: text }) => (
          <Badge key={name} kind={status === 'healthy' ? 'good' : status === 'degraded' ? 'warn' : 'bad'}>
            {name}: {text}
          </Badge>
        ))}
      </p>
    </Section>
  )
}
