/** What happens at the moment: each request from its arrival until its row is stored. */

import { useEffect, useRef, useState } from 'preact/hooks'
import { useLocation } from 'wouter-preact'
import type { AuditEntry } from '../../schemas/admin/audit.schema.ts'
import type { LiveEvent } from '../../schemas/admin/live.schema.ts'
import { listen, liveState } from '../data/live.ts'
import { useParam } from '../data/url.ts'
import { duration, time } from '../data/words.ts'
import { Badge, Section, Status } from '../parts/cards.tsx'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { Filter } from '../parts/filter.tsx'

/** Older ones are in the audit log. */
const mostRows = 200

type LiveRow = Partial<AuditEntry> & { readonly request_id: string; readonly state: string; readonly pending: boolean }

export function LivePage() {
  const [, go] = useLocation()
  const [search] = useParam('search')
  const { rows, paused, waiting, pause, clear } = useLiveRows()
  const shown = rows.filter(
    row => search === '' || [row.requested_model, row.user_path, row.path, row.provider_name, row.status_code].join(' ').includes(search),
  )
  return (
    <>
      <header class="head">
        <h1>Live</h1>
        <Badge kind={liveState.value === 'live' ? 'good' : 'warn'}>{liveState.value}</Badge>
      </header>
      <div class="filters">
        <Filter name="search" title="Model, path, provider or status" type="search" />
      </div>
      <Section
        title="Requests"
        tools={
          <span class="actions">
            <button type="button" aria-pressed={paused} onClick={pause}>
              {paused ? `Go on${waiting === 0 ? '' : ` (${waiting})`}` : 'Pause'}
            </button>
            <button type="button" onClick={clear}>
              Clear
            </button>
          </span>
        }
      >
        <DataTable
          label="Requests"
          rows={{ data: shown, error: null, refetch: () => undefined }}
          columns={columns}
          none="Nothing has happened since this page was opened."
          id={({ request_id: id }) => id}
          open={({ id }) => {
            if (id !== undefined) go(`/audit?open=${encodeURIComponent(id)}`)
          }}
        />
      </Section>
    </>
  )
}

const columns: readonly Column<LiveRow>[] = [
  { title: 'Time', show: ({ timestamp = null }) => time(timestamp) },
  { title: 'Status', show: ({ status_code: code = null }) => (code === null ? <Badge>…</Badge> : <Status code={code} />) },
  { title: 'Model', show: ({ requested_model: model }) => model ?? '–' },
  { title: 'Provider', show: ({ provider_name: provider }) => provider ?? '–' },
  { title: 'Route', show: ({ path }) => <code>{path}</code> },
  { title: 'User path', show: ({ user_path: path }) => path ?? '–' },
  { title: 'Took', number: true, show: ({ duration_ns: ns = null }) => duration(ns === null ? null : ns / 1e6) },
  { title: 'State', show: ({ state, pending }) => <Badge kind={state === 'failed' ? 'bad' : pending ? 'warn' : 'plain'}>{state}</Badge> },
]

/** The rows as events make them, the newest first. While they are paused, events are gathered. */
function useLiveRows() {
  const [rows, setRows] = useState<readonly LiveRow[]>([])
  const [paused, setPaused] = useState(false)
  const [waiting, setWaiting] = useState(0)
  const held = useRef<LiveEvent[] | undefined>(undefined)
  useEffect(
    () =>
      listen(event => {
        if (held.current === undefined) return setRows(old => after(old, event))
        held.current.push(event)
        setWaiting(held.current.length)
      }),
    [],
  )
  const pause = () => {
    const gathered = held.current ?? []
    held.current = paused ? undefined : []
    setPaused(!paused)
    setWaiting(0)
    setRows(old => gathered.reduce(after, old))
  }
  return { rows, paused, waiting, pause, clear: () => setRows([]) }
}

function after(rows: readonly LiveRow[], { type, request_id: id, data }: LiveEvent): readonly LiveRow[] {
  if (type === 'reset') return []
  if (id === null || !type.startsWith('audit.')) return rows
  if (type === 'audit.removed') return rows.filter(row => row.request_id !== id)
  const row = { ...(data as Partial<AuditEntry>), request_id: id, state: type.slice('audit.'.length), pending: data._live_pending ?? false }
  const at = rows.findIndex(({ request_id: other }) => other === id)
  return at === -1 ? [row, ...rows].slice(0, mostRows) : rows.with(at, { ...rows[at], ...row })
}
