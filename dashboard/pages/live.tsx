/** What happens at the moment: each request from its arrival until its row is stored. */

import { useEffect, useRef, useState } from 'preact/hooks'
import { useLocation } from 'wouter-preact'
import type { AuditLog } from '../../schemas/admin/audit.schema.ts'
import type { LiveEvent } from '../../schemas/admin/live.schema.ts'
import { get } from '../data/api.ts'
import { callsAfter, fits, storedCall, type LiveCall } from '../data/live-calls.ts'
import { listen, liveReplica } from '../data/live.ts'
import { useParam } from '../data/url.ts'
import { duration, time } from '../data/words.ts'
import { Badge, Status } from '../parts/badge.tsx'
import { DataTable, rowsOf, type Column } from '../parts/data-table.tsx'
import { Filter, SelectFilter } from '../parts/filter.tsx'
import { LiveChip } from '../parts/live-chip.tsx'
import { Section } from '../parts/section.tsx'

/** Older ones are in the audit log. */
const mostCalls = 200

export function LivePage() {
  const [, go] = useLocation()
  const given = (['requested_model', 'user_path', 'path'] as const).map(name => [name, useParam(name)[0]] as const)
  const [status] = useParam('status')
  const { calls, paused, waiting, pause, clear } = useFeed()
  const shown = calls.filter(call => fits(call, Object.fromEntries(given)) && hasStatus(call, status))
  const severalReplicas = new Set(calls.flatMap(({ replica }) => replica ?? [])).size > 1
  return (
    <>
      <header class="head">
        <span class="actions">
          <h1>Live</h1>
          <LiveChip />
        </span>
        {liveReplica.value !== undefined && <small>from {liveReplica.value}</small>}
      </header>
      <div class="filters">
        <Filter name="requested_model" title="Model" />
        <Filter name="user_path" title="User path" />
        <Filter name="path" title="Route" />
        <SelectFilter name="status" title="Status" options={statuses} />
      </div>
      <Section
        title="Requests"
        tools={
          <span class="actions">
            <button type="button" aria-pressed={paused} onClick={pause}>
              {paused ? `Resume${waiting === 0 ? '' : ` (${waiting})`}` : 'Pause'}
            </button>
            <button type="button" onClick={clear}>
              Clear
            </button>
          </span>
        }
      >
        <DataTable
          label="Requests"
          rows={rowsOf(shown)}
          columns={severalReplicas ? [...columns, replicaColumn] : columns}
          none={calls.length === 0 ? 'Nothing has happened since this page was opened.' : 'No request fits.'}
          id={({ request_id: id }) => id}
          open={({ id }) => {
            if (id !== undefined) go(`/audit?open=${encodeURIComponent(id)}`)
          }}
        />
      </Section>
    </>
  )
}

const statuses = [
  ['', 'any'],
  ['pending', 'under way'],
  ['2', 'success (2xx)'],
  ['4', 'refused (4xx)'],
  ['5', 'failed (5xx)'],
] as const

function hasStatus({ status_code: code, pending }: LiveCall, wanted: string): boolean {
  if (wanted === '') return true
  return wanted === 'pending' ? pending : String(code ?? '').startsWith(wanted)
}

/** The types of events, as people say it. */
const states: Readonly<Record<string, string>> = {
  started: 'arrived',
  updated: 'at the provider',
  stream: 'streaming',
  completed: 'answered',
  flushed: 'stored',
  failed: 'not stored',
}

const columns: readonly Column<LiveCall>[] = [
  { title: 'Time', show: ({ timestamp = null }) => time(timestamp) },
  { title: 'Status', show: ({ status_code: code = null }) => (code === null ? <Badge>…</Badge> : <Status code={code} />) },
  { title: 'Model', show: ({ requested_model: model }) => model ?? '–' },
  { title: 'Provider', show: ({ provider_name: provider }) => provider ?? '–' },
  { title: 'Route', show: ({ path }) => <code>{path}</code> },
  { title: 'User path', show: ({ user_path: path }) => path ?? '–' },
  { title: 'Took', number: true, show: ({ duration_ns: ns = null }) => duration(ns === null ? null : ns / 1e6) },
  {
    title: 'State',
    show: ({ state, pending }) => (
      <span class={pending ? 'pending' : undefined}>
        <Badge kind={state === 'failed' ? 'bad' : pending ? 'warn' : 'plain'}>{states[state] ?? state}</Badge>
      </span>
    ),
  },
]
const replicaColumn: Column<LiveCall> = { title: 'Replica', show: ({ replica }) => replica ?? '–' }

/** The calls as events make them, the newest first. While they are paused, events are gathered. */
function useFeed() {
  const [calls, setCalls] = useState<readonly LiveCall[]>([])
  const [paused, setPaused] = useState(false)
  const [waiting, setWaiting] = useState(0)
  const held = useRef<LiveEvent[] | undefined>(undefined)
  const take = (events: readonly LiveEvent[]) => {
    setCalls(old => events.reduce(callsAfter, old).slice(0, mostCalls))
    if (events.some(({ type }) => type === 'reset')) void latest().then(stored => setCalls(old => together(old, stored)))
  }
  useEffect(
    () =>
      listen(event => {
        if (held.current === undefined) return take([event])
        if (!event.type.startsWith('audit.') && event.type !== 'reset') return
        held.current.push(event)
        setWaiting(new Set(held.current.map(({ request_id: id }) => id)).size)
      }),
    [],
  )
  const pause = () => {
    const gathered = held.current ?? []
    held.current = paused ? undefined : []
    setPaused(!paused)
    setWaiting(0)
    take(gathered)
  }
  return { calls, paused, waiting, pause, clear: () => setCalls([]) }
}

/** What the log has instead of the events that were missed. */
async function latest(): Promise<readonly LiveCall[]> {
  try {
    return (await get<AuditLog>('/audit/log', { days: 1, limit: 100 })).entries.map(storedCall)
  } catch {
    // What comes is shown all the same.
    return []
  }
}

/** What is in the log is known whole. Calls of which nothing more is told are in the log, or will not be. */
function together(calls: readonly LiveCall[], stored: readonly LiveCall[]): readonly LiveCall[] {
  const known = new Set(stored.map(({ request_id: id }) => id))
  const others = calls.filter(({ request_id: id }) => !known.has(id))
  return [...others, ...stored].sort((one, other) => ((one.timestamp ?? '') < (other.timestamp ?? '') ? 1 : -1)).slice(0, mostCalls)
}
