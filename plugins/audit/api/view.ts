/** Rows as administrators see them: short in lists, whole on demand. */

import type { UsageTotals } from '../../../core/index.ts'
import { tryJson } from '../../../core/neutral/json.ts'
import type { AuditEntry, AuditGuardrail, AuditUsage } from '../../../schemas/admin/audit.schema.ts'
import type { AuditRow } from '../journal.ts'
import { unsaid, type GuardrailEntry } from '../policy.ts'

/** A row without its bodies and what else is large. */
export function slimView(row: AuditRow, usage: UsageTotals | undefined): AuditEntry {
  return { ...columnsOf(row), data: { ...dataOf(row), ...withoutDetails(guardrailsOf(row)) }, bodies_omitted: true, ...usageOf(usage) }
}

export function fullView(row: AuditRow, usage: UsageTotals | undefined): AuditEntry {
  const data = { ...dataOf(row), ...guardrailsOf(row), ...bodiesOf(row), ...detailed('attempts', row), ...detailed('request_revisions', row) }
  return { ...columnsOf(row), data, bodies_omitted: false, ...usageOf(usage) }
}

/** What is shown of a row before it is stored, or of a request that has none yet: no more than a list shows at a glance. */
export function preview(row: AuditRow): Omit<AuditEntry, 'conversation_payload' | 'bodies_omitted'> {
  const { conversation_payload: _, ...columns } = columnsOf(row)
  return { ...columns, data: dataOf({ ...row, labels: [], data: { workflow_features: row.data['workflow_features'] } }) }
}

function guardrailsOf({ data: { guardrails } }: AuditRow): { guardrails?: AuditGuardrail[] } {
  if (!Array.isArray(guardrails)) return {}
  return { guardrails: guardrails.map((entry: GuardrailEntry) => ({ ...unsaid, ...entry }) as AuditGuardrail) }
}

function withoutDetails({ guardrails }: ReturnType<typeof guardrailsOf>): Pick<AuditEntry['data'], 'guardrails'> {
  return guardrails === undefined ? {} : { guardrails: guardrails.map(({ detail: _detail, ...entry }) => entry) }
}

/** A list with what lists leave out of it. */
function detailed(list: 'attempts' | 'request_revisions', { data, details }: AuditRow): Readonly<Record<string, unknown>> {
  const [short, long] = [data[list], details?.[list]]
  if (!Array.isArray(short) || !Array.isArray(long)) return {}
  return { [list]: short.map((entry: object, index) => ({ ...entry, ...withBodies(long[index] as object | undefined) })) }
}

function columnsOf({
  thread: _thread,
  labels: _labels,
  error_message: _message,
  failover_from: _from,
  failover_to: _to,
  response_id: _id,
  previous_response_id: _previous,
  request_body: _request,
  response_body: _response,
  details: _details,
  data: _data,
  timestamp,
  ...columns
}: AuditRow) {
  return { ...columns, timestamp: new Date(timestamp).toISOString() }
}

function dataOf({ data, labels, error_message: message, failover_to: failover }: AuditRow): AuditEntry['data'] {
  return {
    ...data,
    ...(labels.length === 0 ? {} : { labels }),
    ...(message === null ? {} : { error_message: message }),
    ...(failover === null ? {} : { failover: { target_model: failover } }),
  }
}

function bodiesOf({ request_body: request, response_body: response }: AuditRow): Readonly<Record<string, unknown>> {
  return { ...(request === null ? {} : { request_body: jsonOf(request) }), ...(response === null ? {} : { response_body: jsonOf(response) }) }
}

function withBodies(detail: object = {}): object {
  return Object.fromEntries(Object.entries(detail).map(([name, value]) => [name, typeof value === 'string' ? jsonOf(value) : value]))
}

/** A body that was to be JSON and is none stays the text that it is. */
function jsonOf(text: string): unknown {
  const json = tryJson(text)
  return json === undefined ? text : json
}

/** What the providers counted for one request. */
function usageOf(totals: UsageTotals | undefined): { readonly usage?: AuditUsage } {
  if (totals === undefined) return {}
  const { entries, uncached_input_tokens: uncached, cached_input_tokens: cached, cache_write_input_tokens: written, output_tokens: output } = totals
  const input = uncached + cached + written
  return {
    usage: {
      entries,
      input_tokens: input,
      uncached_input_tokens: uncached,
      cached_input_tokens: cached,
      cache_write_input_tokens: written,
      output_tokens: output,
      total_tokens: input + output,
      cached_input_ratio: input === 0 ? 0 : cached / input,
      estimated_cached_characters: cached * charactersPerToken,
    },
  }
}

const charactersPerToken = 4

/** The columns of a table, in their order. */
export const tableColumns = [
  'timestamp',
  'id',
  'request_id',
  'method',
  'path',
  'status_code',
  'duration_ns',
  'requested_model',
  'resolved_model',
  'provider',
  'provider_name',
  'alias_used',
  'workflow_version_id',
  'cache_type',
  'stream',
  'user_path',
  'principal_id',
  'auth_key_id',
  'auth_method',
  'client_ip',
  'session_id',
  'error_type',
] as const satisfies readonly (keyof AuditEntry)[]
