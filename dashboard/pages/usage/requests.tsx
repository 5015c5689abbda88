/** Each record, the latest first, with what its cost rests on. It leads to its call in the audit log. */

import { useMutation, useQuery } from '@tanstack/preact-query'
import { useLocation } from 'wouter-preact'
import type { AuditLog } from '../../../schemas/admin/audit.schema.ts'
import type { UsageEntry, UsageLog } from '../../../schemas/admin/usage.schema.ts'
import type { UsageRecord } from '../../../schemas/records/usage.schema.ts'
import type { Reach } from '../../data/access.ts'
import { get } from '../../data/api.ts'
import { timeZone } from '../../data/time-zone.ts'
import { addressOf, useParam, type Range } from '../../data/url.ts'
import { count, money, time } from '../../data/words.ts'
import { Badge } from '../../parts/badge.tsx'
import { DataTable, Pager, type Column } from '../../parts/data-table.tsx'
import { Exports } from '../../parts/exports.tsx'
import { Filter } from '../../parts/filter.tsx'
import { Section } from '../../parts/section.tsx'
import { queryOf, type Question } from './question.ts'
import { Recalculation } from './recalculation.tsx'

type Entry = UsageEntry & Omit<UsageRecord, 'timestamp'>

const pageSize = 50
const dayMs = 86_400_000

export function Requests({ question, reach }: { readonly question: Question; readonly reach: Reach }) {
  const [, go] = useLocation()
  const [search] = useParam('search')
  const [page, turn] = useParam('page', '0')
  const query = { ...queryOf(question), search }
  const { data, error, refetch } = useQuery({
    queryKey: ['usage', 'log', query, page, timeZone.value],
    queryFn: async () => await get<UsageLog>('/usage/log', { ...query, limit: pageSize, offset: Number(page) * pageSize }),
  })
  const opening = useMutation({
    mutationFn: callOf,
    onSuccess: (address: string | undefined) => {
      if (address !== undefined) go(address)
    },
  })
  return (
    <Section
      title="Requests"
      tools={
        <div class="actions">
          {reach.global && reach.isOn('USAGE_PRICING_RECALCULATION_ENABLED') && <Recalculation question={question} />}
          <Exports of="usage" query={query} />
        </div>
      }
    >
      <div class="filters">
        <Filter name="search" title="Model, provider or request id" type="search" />
      </div>
      {opening.isSuccess && opening.data === undefined && (
        <p role="status" class="faint">
          The audit log has no entry of this request.
        </p>
      )}
      {opening.error !== null && <p role="alert">{opening.error.message}</p>}
      <DataTable
        label="Requests"
        rows={{ data: data?.entries as readonly Entry[] | undefined, error, refetch }}
        columns={columns}
        none="No request fits."
        paged
        id={({ id }) => id}
        open={reach.isOn('LOGGING_ENABLED') ? entry => opening.mutate(entry) : undefined}
      />
      <Pager total={data?.total ?? 0} size={pageSize} page={Number(page)} turn={to => turn(String(to))} />
    </Section>
  )
}

/** Where the audit log shows the call; undefined if it has none. A call began before its record, but not by days. */
async function callOf({ request_id: id, timestamp }: Entry): Promise<string | undefined> {
  const date = (at: number) => new Date(at).toISOString().slice(0, 10)
  const days: Range = { start_date: date(Date.parse(timestamp) - dayMs), end_date: date(Date.parse(timestamp) + dayMs) }
  const { entries } = await get<AuditLog>('/audit/log', { ...days, request_id: id, limit: 1 })
  return entries[0] === undefined ? undefined : addressOf('/audit', days, { request_id: id, open: entries[0].id })
}

const columns: readonly Column<Entry>[] = [
  { title: 'Time', show: ({ timestamp }) => <time dateTime={timestamp}>{time(timestamp)}</time> },
  { title: 'Model', show: ({ model, provider_name: provider }) => [<span>{model}</span>, <small class="faint"> {provider}</small>] },
  { title: 'User path', show: ({ user_path: path }) => path },
  { title: 'Outcome', show: outcome },
  { title: 'Input', number: true, show: row => count(row.input_tokens) },
  { title: 'Output', number: true, show: row => count(row.output_tokens) },
  { title: 'Cost', number: true, show: cost },
  { title: 'Cost from', show: source },
]

function outcome({ status, cache_type: cache }: Entry) {
  if (cache !== null) return <Badge kind="good">{cache} cache</Badge>
  return <Badge kind={status === 'ok' ? 'good' : status === 'aborted' ? 'warn' : 'bad'}>{status}</Badge>
}

/** An answer of the cache costs nothing: what it saved is told. */
function cost({ total_cost: usd, cache_type: cache }: Entry) {
  return cache === null || usd === null ? money(usd) : <span class="faint">saved {money(usd)}</span>
}

const sources: Readonly<Record<string, string>> = {
  model_pricing: 'prices',
  openrouter_credits: 'told by OpenRouter',
  xai_cost_in_usd_ticks: 'told by xAI',
  edenai_cost: 'told by Eden AI',
}

function source({ cost_source: from, costs_calculation_caveat: caveat }: Entry) {
  if (from === null && caveat === null) return '–'
  return [
    from === null ? null : <span>{sources[from] ?? from}</span>,
    caveat === null ? null : (
      <small class="caveat" title={caveat}>
        {' '}
        {caveat}
      </small>
    ),
  ]
}
