/** The journal of the audit log: its columns, and which of them lists leave out. */

import type { JournalDefinition } from '../../core/index.ts'
import type { AuditRow } from '../../schemas/records/audit.schema.ts'

export type { AuditRow }

const sought = { type: 'text', indexed: true } as const
const named = { ...sought, searched: true } as const

export const auditJournal: JournalDefinition<AuditRow> = {
  name: 'audit',
  columns: {
    duration_ns: { type: 'integer' },
    requested_model: named,
    resolved_model: { type: 'text', searched: true },
    provider: named,
    provider_name: named,
    alias_used: { type: 'boolean' },
    workflow_version_id: sought,
    cache_type: { type: 'text' },
    status_code: { type: 'integer', indexed: true },
    request_id: named,
    principal_id: { type: 'text' },
    auth_key_id: sought,
    auth_method: { type: 'text' },
    client_ip: sought,
    method: { type: 'text', searched: true },
    path: named,
    user_path: sought,
    session_id: named,
    thread: sought,
    stream: { type: 'boolean' },
    error_type: named,
    error_message: { type: 'text', searched: true },
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
    dimensions: ['status_code', 'provider', 'cache_type', 'user_path', 'failover_from', 'failover_to'],
    measures: ['duration_ns'],
    often: [['status_code'], ['status_code', 'provider', 'cache_type'], ['failover_from', 'failover_to']],
  },
}
