/** What was used, by whom and of what, and what it cost. */

import { useQuery } from '@tanstack/preact-query'
import type { LocalCache, Sums, UsageEntry, UsageLabels, UsageLog, UsageModels, UsageSessions, UsageUserPaths } from '../../schemas/admin/usage.schema.ts'
import type { UsageRecord } from '../../schemas/records/usage.schema.ts'
import { download, get, type Query } from '../data/api.ts'
import { timeZone } from '../data/time-zone.ts'
import { useParam, useRange } from '../data/url.ts'
import { count, money, share, time } from '../data/words.ts'
import { Badge, Section } from '../parts/cards.tsx'
import { DataTable, Pager, type Column } from '../parts/data-table.tsx'
import { RangePicker } from '../parts/range-picker.tsx'
import { Filter } from '../parts/filter.tsx'

const pageSize = 50

export function UsagePage() {
  const [range] = useRange()
  const [model] = useParam('model')
  const [provider] = useParam('provider')
  const [userPath] = useParam('user_path')
  const [label] = useParam('label')
  const [cache, setCache] = useParam('cache', 'all')
  const query: Query = { ...range, model, provider, user_path: userPath, label, cache_mode: cache }
  return (
    <>
      <header class="head">
        <h1>Usage</h1>
        <RangePicker />
      </header>
      <div class="filters">
        <Filter name="model" title="Model" />
        <Filter name="provider" title="Provider" />
        <Filter name="user_path" title="User path" />
        <Filter name="label" title="Label" />
        <label>
          Local cache
          <select value={cache} onChange={({ currentTarget }) => setCache(currentTarget.value)}>
            <option value="all">with and without</option>
            <option value="uncached">without</option>
            <option value="cached">only</option>
          </select>
        </label>
      </div>
      <Grouped query={query} />
      <Log query={query} />
    </>
  )
}

/** What was used by one of those that the page groups by. */
interface Group extends Pick<Sums, 'requests' | 'input_tokens' | 'output_tokens' | 'total_cost'> {
  readonly name: string
  /** Whose it is. */
  readonly of?: string
  readonly cached_input_tokens?: number
  readonly local?: number
}

const groups: readonly (readonly [key: string, title: string])[] = [
  ['models', 'Models'],
  ['user-paths', 'User paths'],
  ['labels', 'Labels'],
  ['sessions', 'Sessions'],
]

function Grouped({ query }: { readonly query: Query }) {
  const [by, setBy] = useParam('by', 'models')
  const rows = useQuery({ queryKey: ['usage', by, query, timeZone.value], queryFn: async () => await groupsBy(by, query) })
  const tools = (
    <fieldset class="range">
      <legend class="unseen">By</legend>
      {groups.map(([key, title]) => (
        <button key={key} type="button" aria-pressed={by === key} onClick={() => setBy(key)}>
          {title}
        </button>
      ))}
    </fieldset>
  )
  return (
    <Section title="By" tools={tools}>
      <DataTable
        label={`Usage by ${by}`}
        rows={rows}
        columns={by === 'sessions' ? sessionColumns : groupColumns}
        none="No request in these days."
        id={({ name, of = '' }) => `${name} ${of}`}
      />
    </Section>
  )
}

async function groupsBy(by: string, query: Query): Promise<readonly Group[]> {
  if (by === 'sessions') {
    const { entries } = await get<UsageSessions>('/usage/sessions', query)
    return entries.map(entry => ({ ...entry, name: entry.session_id, of: entry.user_path }))
  }
  const local = (row: LocalCache) => row.local_cached_input_tokens + row.local_cached_output_tokens
  if (by === 'user-paths') return (await get<UsageUserPaths>('/usage/user-paths', query)).map(row => ({ ...row, name: row.user_path, local: local(row) }))
  if (by === 'labels') return (await get<UsageLabels>('/usage/labels', query)).map(row => ({ ...row, name: row.label, local: local(row) }))
  return (await get<UsageModels>('/usage/models', query)).map(row => ({ ...row, name: row.model, of: row.provider_name, local: local(row) }))
}

const sumColumns: readonly Column<Group>[] = [
  { title: 'Name', show: ({ name, of }) => [<span>{name}</span>, of === undefined ? null : <small class="faint"> {of}</small>] },
  { title: 'Requests', number: true, show: ({ requests }) => count(requests) },
  { title: 'Input', number: true, show: row => count(row.input_tokens) },
  { title: 'Output', number: true, show: row => count(row.output_tokens) },
]
const costColumn: Column<Group> = { title: 'Cost', number: true, show: row => money(row.total_cost) }
const groupColumns: readonly Column<Group>[] = [
  ...sumColumns,
  { title: 'Cached by provider', number: true, show: row => share(row.cached_input_tokens ?? 0, row.input_tokens) },
  { title: 'Tokens from local cache', number: true, show: ({ local = 0 }) => count(local) },
  costColumn,
]
const sessionColumns: readonly Column<Group>[] = [...sumColumns, costColumn]

function Log({ query }: { readonly query: Query }) {
  const [page, turn] = useParam('page', '0')
  const result = useQuery({
    queryKey: ['usage', 'log', query, page, timeZone.value],
    queryFn: async () => await get<UsageLog>('/usage/log', { ...query, limit: pageSize, offset: Number(page) * pageSize }),
  })
  return (
    <Section
      title="Requests"
      tools={
        <button type="button" onClick={() => void download('/usage/export', { ...query, format: 'csv' }, 'usage.csv')}>
          Save as CSV
        </button>
      }
    >
      <DataTable
        label="Requests"
        rows={{ ...result, data: result.data?.entries as readonly Entry[] | undefined }}
        columns={logColumns}
        paged
        none="No request in these days."
        id={({ id }) => id}
      />
      <Pager total={result.data?.total ?? 0} size={pageSize} page={Number(page)} turn={to => turn(String(to))} />
    </Section>
  )
}

type Entry = UsageEntry & UsageRecord

const logColumns: readonly Column<Entry>[] = [
  { title: 'Time', show: ({ timestamp }) => <time dateTime={timestamp}>{time(timestamp)}</time> },
  { title: 'Model', show: ({ model, provider_name: provider }) => [<span>{model}</span>, <small class="faint"> {provider}</small>] },
  { title: 'User path', show: ({ user_path: path }) => path },
  { title: 'Outcome', show: ({ status }) => <Badge kind={status === 'ok' ? 'good' : status === 'aborted' ? 'warn' : 'bad'}>{status}</Badge> },
  { title: 'Input', number: true, show: row => count(row.input_tokens) },
  { title: 'Output', number: true, show: row => count(row.output_tokens) },
  { title: 'Cost', number: true, show: row => <span title={row.costs_calculation_caveat ?? ''}>{money(row.total_cost)}</span> },
]
