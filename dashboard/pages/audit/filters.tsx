/** All filters that the log knows: those that are wanted most often at once, the others below them. */

import { useParam } from '../../data/url.ts'
import { Filter, SelectFilter } from '../../parts/filter.tsx'

const first = [
  ['search', 'Search', 'search'],
  ['requested_model', 'Model', 'text'],
  ['provider', 'Provider', 'text'],
  ['status_code', 'Status', 'number'],
  ['user_path', 'User path', 'text'],
  ['session_id', 'Session', 'text'],
] as const
const further = [
  ['path', 'Route', 'text'],
  ['label', 'Label', 'text'],
  ['error_type', 'Error', 'text'],
  ['request_id', 'Request id', 'text'],
  ['auth_key_id', 'Key id', 'text'],
] as const
const chosen = [
  ['method', 'Method', [['', 'any'], ...['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map(method => [method, method] as const)]],
  [
    'stream',
    'Stream',
    [
      ['', 'any'],
      ['true', 'yes'],
      ['false', 'no'],
    ],
  ],
] as const

/** As they stand in the address; empty where nothing was filled in. */
export function useAuditFilters(): Readonly<Record<string, string>> {
  return Object.fromEntries([...first, ...further, ...chosen].map(([name]) => [name, useParam(name)[0]]))
}

export function AuditFilters() {
  const given = useAuditFilters()
  const isOpen = [...further, ...chosen].some(([name]) => given[name] !== '')
  return (
    <>
      <div class="filters">
        {first.map(([name, title, type]) => (
          <Filter key={name} name={name} title={title} type={type} />
        ))}
      </div>
      <details class="more" open={isOpen}>
        <summary>More filters</summary>
        <div class="filters">
          {further.map(([name, title, type]) => (
            <Filter key={name} name={name} title={title} type={type} />
          ))}
          {chosen.map(([name, title, options]) => (
            <SelectFilter key={name} name={name} title={title} options={options} />
          ))}
        </div>
      </details>
    </>
  )
}
