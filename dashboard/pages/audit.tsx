/** What was asked and answered, call by call, and all that happened on the way. */

import { useQuery } from '@tanstack/preact-query'
import type { AuditEntry, AuditLog } from '../../schemas/admin/audit.schema.ts'
import { download, get, type Query } from '../data/api.ts'
import { timeZone } from '../data/time-zone.ts'
import { useParam, useRange } from '../data/url.ts'
import { count, duration, time } from '../data/words.ts'
import { AuditDrawer } from '../parts/audit-drawer.tsx'
import { Badge, Section, Status } from '../parts/cards.tsx'
import { DataTable, Pager, type Column } from '../parts/data-table.tsx'
import { Filter } from '../parts/filter.tsx'
import { RangePicker } from '../parts/range-picker.tsx'

const pageSize = 25
const filters = ['search', 'requested_model', 'provider', 'status_code', 'user_path', 'path', 'session_id', 'label', 'error_type'] as const

export function AuditPage() {
  const [range] = useRange()
  const given = filters.map(name => [name, useParam(name)[0]] as const)
  const [page, turn] = useParam('page', '0')
  const [open, setOpen] = useParam('open')
  const query: Query = { ...range, ...Object.fromEntries(given) }
  const result = useQuery({
    queryKey: ['audit', 'log', query, page, timeZone.value],
    queryFn: async () => await get<AuditLog>('/audit/log', { ...query, limit: pageSize, offset: Number(page) * pageSize }),
    refetchInterval: page === '0' ? 5000 : false,
  })
  return (
    <>
      <header class="head">
        <h1>Audit log</h1>
        <RangePicker />
      </header>
      <div class="filters">
        <Filter name="search" title="Search" type="search" />
        <Filter name="requested_model" title="Model" />
        <Filter name="provider" title="Provider" />
        <Filter name="status_code" title="Status" type="number" />
        <Filter name="user_path" title="User path" />
        <Filter name="path" title="Route" />
        <Filter name="session_id" title="Session" />
        <Filter name="label" title="Label" />
        <Filter name="error_type" title="Error" />
      </div>
      <Section
        title={result.data === undefined ? 'Calls' : `${count(result.data.total)} calls`}
        tools={
          <button type="button" onClick={() => void download('/audit/export', { ...query, format: 'ndjson' }, 'audit.ndjson')}>
            Save as NDJSON
          </button>
        }
      >
        <DataTable
          label="Calls"
          rows={{ ...result, data: result.data?.entries }}
          columns={columns}
          none="No call fits."
          paged
          id={({ id }) => id}
          open={({ id }) => setOpen(id)}
        />
        <Pager total={result.data?.total ?? 0} size={pageSize} page={Number(page)} turn={to => turn(String(to))} />
      </Section>
      {open !== '' && <AuditDrawer id={open} close={() => setOpen('')} show={setOpen} />}
    </>
  )
}

const columns: readonly Column<AuditEntry>[] = [
  { title: 'Time', show: ({ timestamp }) => <time dateTime={timestamp}>{time(timestamp)}</time> },
  { title: 'Status', show: ({ status_code: code }) => <Status code={code} /> },
  { title: 'Model', show: ({ requested_model: asked, resolved_model: got }) => (got === null || got === asked ? (asked ?? '–') : `${asked} → ${got}`) },
  { title: 'Provider', show: ({ provider_name: provider }) => provider ?? '–' },
  { title: 'Route', show: ({ method, path }) => <code>{method === 'POST' ? path : `${method} ${path}`}</code> },
  { title: 'User path', show: ({ user_path: path }) => path },
  { title: 'Took', number: true, show: ({ duration_ns: ns }) => duration(ns / 1e6) },
  { title: 'Tokens', number: true, show: ({ usage }) => (usage === undefined ? '–' : count(usage.total_tokens)) },
  { title: 'Marks', show: entry => marks(entry).map(([text, kind]) => <Badge kind={kind}>{text}</Badge>) },
]

/** What the row alone tells beside its columns. */
function marks({ stream, cache_type: cache, error_type: error, data }: AuditEntry): (readonly [string, 'plain' | 'bad' | 'good' | 'warn'])[] {
  return [
    ...(stream ? ([['stream', 'plain']] as const) : []),
    ...(cache === null ? [] : ([[`${cache} cache`, 'good']] as const)),
    ...(data.failover === undefined ? [] : ([['failover', 'warn']] as const)),
    ...(error === null ? [] : ([[error, 'bad']] as const)),
  ]
}
