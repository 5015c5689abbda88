/** What was asked and answered, call by call or by session, with what is under way at the moment. */

import { useQuery } from '@tanstack/preact-query'
import type { AuditEntry, AuditLog, AuditSessions } from '../../../schemas/admin/audit.schema.ts'
import type { Reach } from '../../data/access.ts'
import { get, type Query } from '../../data/api.ts'
import { liveState } from '../../data/live.ts'
import { timeZone } from '../../data/time-zone.ts'
import { useParam, useRange } from '../../data/url.ts'
import { count } from '../../data/words.ts'
import { Choice, useChoice } from '../../parts/choice.tsx'
import { DataTable, Pager } from '../../parts/data-table.tsx'
import { Exports } from '../../parts/exports.tsx'
import { LiveChip } from '../../parts/live-chip.tsx'
import { RangePicker } from '../../parts/range-picker.tsx'
import { Section } from '../../parts/section.tsx'
import { CallDrawer } from './call.tsx'
import { columns, sessionColumns, type Listed } from './columns.tsx'
import { ConversationDrawer } from './conversation.tsx'
import { AuditFilters, useAuditFilters } from './filters.tsx'
import { usePending } from './pending.ts'

const pageSize = 25
const groupings = [
  ['', 'Calls'],
  ['session', 'Sessions'],
] as const
/** In the address, before the id of the call whose conversation is open. */
const conversation = 'conversation/'

export function AuditPage({ reach }: { readonly reach: Reach }) {
  const [open, setOpen] = useParam('open')
  const { filters, query } = useQuestion()
  const hears = reach.global && reach.isOn('DASHBOARD_LIVE_LOGS_ENABLED')
  const shown = { open: setOpen, openConversation: (id: string) => setOpen(conversation + id), close: () => setOpen('') }
  return (
    <>
      <header class="head">
        <span class="actions">
          <h1>Audit log</h1>
          {hears && <LiveChip />}
        </span>
        <RangePicker />
      </header>
      <AuditFilters />
      <Calls filters={filters} query={query} hears={hears} open={setOpen} />
      {open.startsWith(conversation) ? (
        <ConversationDrawer id={open.slice(conversation.length)} {...shown} />
      ) : (
        open !== '' && <CallDrawer id={open} {...shown} reach={reach} />
      )}
    </>
  )
}

/** A session without days is meant whole, however old it is. */
function useQuestion(): { readonly filters: Readonly<Record<string, string>>; readonly query: Query } {
  const [range] = useRange()
  const filters = useAuditFilters()
  const isDated = ['days', 'start_date', 'end_date'].map(name => useParam(name)[0]).some(value => value !== '')
  return { filters, query: { ...(filters['session_id'] !== '' && !isDated ? {} : range), ...filters } }
}

interface CallsProps {
  readonly filters: Readonly<Record<string, string>>
  readonly query: Query
  readonly hears: boolean
  open(id: string): void
}

function Calls({ filters, query, hears, open }: CallsProps) {
  const [page, turn] = useParam('page', '0')
  const [, showSession] = useParam('session_id')
  const isFirst = page === '0'
  const bySession = useChoice('group', groupings) === 'session'
  const result = useQuery({
    queryKey: ['audit', 'list', bySession ? 'sessions' : 'log', query, page, timeZone.value],
    queryFn: async () => await (bySession ? sessions : log)({ ...query, limit: pageSize, offset: Number(page) * pageSize }),
    refetchInterval: isFirst && liveState.value !== 'live' ? 5000 : false,
  })
  const pending = usePending(hears && isFirst && query['end_date'] === undefined, filters, result.data?.rows)
  const rows = result.data && [...pending, ...result.data.rows]
  return (
    <Section
      title={result.data === undefined ? 'Calls' : titleOf(result.data.total, bySession ? 'session' : 'call', query)}
      tools={
        <span class="actions">
          <Choice name="group" title="Rows" options={groupings} />
          <Exports of="audit" query={query} />
        </span>
      }
    >
      <DataTable
        label={bySession ? 'Sessions' : 'Calls'}
        rows={{ ...result, data: rows }}
        columns={bySession ? sessionColumns(showSession) : columns}
        none="No call fits."
        paged
        id={({ request_id: id }) => id}
        open={({ id }) => {
          if (id !== undefined) open(id)
        }}
      />
      <Pager total={result.data?.total ?? 0} size={pageSize} page={Number(page)} turn={to => turn(String(to))} />
    </Section>
  )
}

function titleOf(total: number, what: string, { days, start_date: start, end_date: end }: Query): string {
  const isDated = [days, start, end].some(date => date !== undefined)
  return `${count(total)} ${what}${total === 1 ? '' : 's'}${isDated ? '' : ' of the whole session'}`
}

interface Page {
  readonly rows: readonly (AuditEntry & Listed)[]
  readonly total: number
}

async function log(query: Query): Promise<Page> {
  const { entries, total } = await get<AuditLog>('/audit/log', query)
  return { rows: entries, total }
}

async function sessions(query: Query): Promise<Page> {
  const { sessions: found, total } = await get<AuditSessions>('/audit/sessions', query)
  return { rows: found.map(({ latest, request_count: calls }) => ({ ...latest, calls })), total }
}
