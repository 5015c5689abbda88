/** How requests went: by status over time, how long providers took, and what was asked instead of what. */

import type { AdminCall, AdminEndpoint } from '../../../core/index.ts'
import { definition } from '../../shared/admin/definition.ts'
import type { Filter, Journal, Sum } from '../../../core/storage/journal.ts'
import { periods } from '../../../core/storage/periods.ts'
import bodies from '../../../schemas/admin/audit.schema.json' with { type: 'json' }
import type { AuditBucket, AuditStats } from '../../../schemas/admin/audit.schema.ts'
import type { AuditRow } from '../journal.ts'
import type { ApiDeps } from './deps.ts'
import { filterParameters, questionOf, type Question } from './question.ts'

const nsPerMs = 1e6
const dayMs = 86_400_000
/** Ranges of fewer days are shown by the hour. */
const hourlyDays = 3

type Count = Omit<AuditBucket, 'start'>

export function statsEndpoint({ journal, clock, flush }: ApiDeps): AdminEndpoint {
  return {
    method: 'GET',
    path: '/audit/stats',
    scope: 'subtree',
    summary: 'How many requests succeeded and failed, and how long they took.',
    query: { type: 'object', properties: filterParameters },
    response: definition(bodies, 'AuditStats'),
    async handle(call) {
      const question = questionOf(call, clock.now())
      await flush()
      return await statsOf(journal, question, call, clock.now())
    },
  }
}

async function statsOf(journal: Journal<AuditRow> | undefined, question: Question, { timeZone }: AdminCall, now: number): Promise<AuditStats> {
  const { range } = question
  const unit = (Date.parse(range.endDate) - Date.parse(range.startDate)) / dayMs + 1 < hourlyDays ? 'hour' : 'day'
  const to = Math.max(range.from + 1, Math.min(range.to, now + 1))
  const { borders } = periods({ from: range.from, to, unit, timeZone })
  const filter = { ...question.filter, from: range.from, to: range.to }
  const [byStatus, byProvider, failovers] =
    journal === undefined
      ? [[], [], []]
      : await Promise.all([
          groupsOf(journal, filter, ['status_code'], borders),
          groupsOf(journal, answered(filter), ['provider', 'status_code'], borders),
          groupsOf(journal, { ...filter, not: { failover_to: null } }, ['failover_from', 'failover_to']),
        ])
  const buckets = borders
    .slice(0, -1)
    .map((start, period) => ({ start: new Date(start).toISOString(), ...countOf(byStatus.filter(sum => sum.period === period)) }))
  return {
    interval: unit,
    buckets,
    summary: summaryOf(byStatus),
    provider_latency: latencyOf(byProvider, buckets.length),
    failovers: failovers.map(failoverOf),
  }
}

async function groupsOf(journal: Journal<AuditRow>, filter: Filter, by: readonly (keyof AuditRow)[], borders?: readonly number[]): Promise<readonly Sum[]> {
  return (await journal.sums({ filter, by, measures: ['duration_ns'], ...(borders === undefined ? {} : { borders }) })).groups
}

/** What a provider answered, and no cache. */
function answered(filter: Filter): Filter {
  return { ...filter, equals: { ...filter.equals, cache_type: null }, not: { ...filter.not, provider: null } }
}

function countOf(sums: readonly Sum[]): Count {
  const of = (hundred: number) => total(sums.filter(sum => Math.floor(statusOf(sum) / 100) === hundred))
  const [requests, ok, faults, failures] = [total(sums), of(2), of(4), of(5)]
  return { requests, status_2xx: ok, status_4xx: faults, status_5xx: failures, status_other: requests - ok - faults - failures }
}

function summaryOf(sums: readonly Sum[]): AuditStats['summary'] {
  const count = countOf(sums)
  return { ...count, success_rate: count.requests === 0 ? null : count.status_2xx / count.requests, avg_duration_ms: averageMs(sums) }
}

function latencyOf(sums: readonly Sum[], length: number): AuditStats['provider_latency'] {
  const good = sums.filter(sum => Math.floor(statusOf(sum) / 100) === 2)
  const providers = [...Map.groupBy(good, ({ key }) => String(key['provider']))].sort(([a], [b]) => (a < b ? -1 : 1))
  return providers.map(([provider, own]) => {
    const slots = Array.from({ length }, (_, period) => own.filter(sum => sum.period === period))
    return { provider, requests: slots.map(total), avg_duration_ms: slots.map(averageMs) }
  })
}

function failoverOf({ key, count }: Sum): AuditStats['failovers'][number] {
  return { from: String(key['failover_from']), to: String(key['failover_to']), count }
}

function statusOf({ key }: Sum): number {
  return Number(key['status_code'])
}

function total(sums: readonly Sum[]): number {
  return sums.reduce((all, { count }) => all + count, 0)
}

/** Null where there was nothing. */
function averageMs(sums: readonly Sum[]): number | null {
  const count = total(sums)
  return count === 0 ? null : Math.round((sums.reduce((all, { sums }) => all + (sums['duration_ns'] ?? 0), 0) / count / nsPerMs) * 10) / 10
}
