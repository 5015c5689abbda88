/** The rows of the log as a file. */

import { Buffer } from 'node:buffer'
import type { AdminEndpoint } from '../../../core/index.ts'
import { begun } from '../../shared/admin/begun.ts'
import { csvLine } from '../../shared/admin/csv.ts'
import type { AuditEntry } from '../../../schemas/admin/audit.schema.ts'
import { viewsOf, type ApiDeps } from './deps.ts'
import { filterParameters, questionOf } from './question.ts'
import { tableColumns } from './view.ts'

const furtherColumns = ['labels', 'error_code', 'error_message', 'error_provider', 'user_agent', 'api_key_hash', 'event_type'] as const

const formats = {
  csv: { type: 'text/csv; charset=utf-8; header=present', head: csvLine([...tableColumns, ...furtherColumns]), line: tableLine },
  ndjson: { type: 'application/x-ndjson', head: '', line: (entry: AuditEntry) => `${JSON.stringify(entry)}\n` },
} as const

export function exportEndpoint(deps: ApiDeps): AdminEndpoint {
  const format = { type: 'string', enum: ['csv', 'ndjson'], default: 'csv', description: 'A table, or one JSON object in each line.' }
  return {
    method: 'GET',
    path: '/audit/export',
    scope: 'subtree',
    summary: 'Exports all requests of a range as a file, the oldest first; without bodies.',
    query: { type: 'object', properties: { ...filterParameters, format } },
    produces: ['text/csv', 'application/x-ndjson'],
    async handle(call) {
      const { filter, range } = questionOf(call, deps.clock.now())
      const name = call.query['format'] as keyof typeof formats
      const { type, head, line } = formats[name]
      await deps.flush()
      const pages = deps.journal === undefined ? [] : await begun(deps.journal.each(filter, { order: 'asc' }))
      async function* lines() {
        if (head !== '') yield Buffer.from(head)
        for await (const rows of pages) yield Buffer.from((await viewsOf(rows, deps)).map(line).join(''))
      }
      return call.reply({
        headers: ['Content-Type', type, 'Content-Disposition', `attachment; filename="audit-${range.startDate}-${range.endDate}.${name}"`],
        body: lines(),
      })
    },
  }
}

function tableLine(entry: AuditEntry): string {
  return csvLine([...tableColumns.map(column => entry[column]), ...furtherColumns.map(column => entry.data[column])])
}
