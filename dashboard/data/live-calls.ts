/** Calls as live events tell of them: each from its arrival until its row is stored. */

import type { AuditEntry } from '../../schemas/admin/audit.schema.ts'
import type { LiveEvent } from '../../schemas/admin/live.schema.ts'
import { isWithin } from './user-path.ts'

/** What is known of a call so far. It has no `id` before its reply is over, and no status before that begins. */
export type LiveCall = Omit<Partial<AuditEntry>, 'status_code'> & {
  readonly request_id: string
  readonly status_code?: number | null
  /** Such as `started`, or `flushed` once it is stored. */
  readonly state: string
  readonly pending: boolean
  readonly replica: string | undefined
}

/** The calls after an event, the newest first. After `reset`, those under way are told of anew; other events that tell of no call change nothing. */
export function callsAfter(calls: readonly LiveCall[], { type, request_id: id, data }: LiveEvent): readonly LiveCall[] {
  if (type === 'reset') return calls.filter(({ pending }) => !pending)
  if (id === null || !type.startsWith('audit.')) return calls
  if (type === 'audit.removed') return calls.filter(call => call.request_id !== id)
  const call = {
    ...(data as Partial<AuditEntry>),
    request_id: id,
    state: type.slice('audit.'.length),
    pending: data._live_pending ?? false,
    replica: data.replica_id,
  }
  const at = calls.findIndex(({ request_id: other }) => other === id)
  return at === -1 ? [call, ...calls] : calls.with(at, { ...calls[at], ...call })
}

/** A call that is in the log. */
export function storedCall(entry: AuditEntry): LiveCall {
  return { ...entry, state: 'flushed', pending: false, replica: undefined }
}

export type CallFilters = Readonly<Record<string, string>>

/** Whether the log would list the call under these filters, as far as that is known before it is stored. */
export function fits(call: LiveCall, filters: CallFilters): boolean {
  return Object.entries(filters).every(([name, wanted]) => wanted === '' || matches(call, name, wanted))
}

function matches(call: LiveCall, name: string, wanted: string): boolean {
  if (name === 'user_path') return isWithin(call.user_path ?? '/', wanted)
  if (name === 'provider') return call.provider === wanted || call.provider_name === wanted
  if (name === 'search') return searched.some(column => call[column]?.toLowerCase().includes(wanted.toLowerCase()))
  if (name === 'label') return call.data?.labels?.includes(wanted) ?? false
  // The other filters have the names of columns.
  return String((call as unknown as Readonly<Record<string, string | number | boolean | null | undefined>>)[name] ?? '') === wanted
}

const searched = ['request_id', 'requested_model', 'resolved_model', 'provider', 'provider_name', 'method', 'path', 'session_id', 'error_type'] as const
