/** The journal of the audit log: its columns, and which of them lists leave out. */

import type { JournalDefinition } from '../../core/storage/journal.ts'
import type { AuditRow } from '../../schemas/records/audit.schema.ts'

export type { AuditRow }

const sought = { type: 'text', indexed: true } as const
const searched = { type: 'text', searched: true } as const
const named = { ...sought, searched: true } as const

export const auditJournal: JournalDefinition<AuditRow> = {
  name: 'audit',
  columns: {
    duration_ns: { type: 'integer' },
    requested_model: named,
    resolved_model: searched,
    provider: searched,
    provider_name: searched,
    alias_used: { type: 'boolean' },
    workflow_version_id: { type: 'text' },
    cache_type: { type: 'text' },
    status_code: { type: 'integer', indexed: true },
    request_id: named,
    principal_id: { type: 'text' },
    auth_key_id: sought,
    auth_method: { type: 'text' },
    client_ip: { type: 'text' },
    method: searched,
    path: named,
    user_path: sought,
    session_id: searched,
    /** The session, or the row's own id: leads to the rows of a session, too. */
    thread: sought,
    stream: { type: 'boolean' },
    error_type: named,
    error_message: searched,
    labels: { type: 'texts' },
    failover_from: { type: 'text' },
    failover_to: { type: 'text' },
    response_id: sought,
    previous_response_id: sought,
    conversation_payload: { type: 'boolean' },
    data: { type: 'json' },
    request_body: { type: 'text', searched: true, apart: true },
    response_body: { type: 'text', searched: true, apart: true },
    details: { type: 'json', apart: true },
  },
  rollup: {
    dimensions: ['status_code', 'provider', 'provider_name', 'cache_type', 'user_path', 'failover_from', 'failover_to'],
    measures: ['duration_ns'],
    often: [['status_code'], ['status_code', 'provider', 'cache_type'], ['failover_from', 'failover_to']],
  },
}
