/** The audit log: one row for each request, refused ones and writes of administrators too, and the endpoints that show them. */

import { definePlugin, type Exchange } from '../../core/index.ts'
import { AuditLog } from './audit-log.ts'
import { auditJournal } from './journal.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'audit',
  description: 'Writes every request to the audit log, and shows it to administrators.',
  schema,
  needs: ['storage', 'spool', 'admin'],
  wants: ['usage', 'processes', 'live'],
  edits: false,
  onError: 'open',
  setup({ options, services, log }) {
    if (options.recording && options.media_type === 'memory' && services.processes !== undefined)
      throw new Error("what is kept in memory is one process's own: keep media in files, or serve with one process (server.workers: 1)")
    let opened: AuditLog | undefined
    const taps = { request: (exchange: Exchange) => opened?.open(exchange), finished: (exchange: Exchange) => opened?.close(exchange) }

    return {
      ...(options.recording ? taps : {}),
      async open() {
        opened = new AuditLog({ options, journal: await services.storage.journal(auditJournal), services, log })
      },
      start: () => opened?.start(),
      close: () => opened?.end(),
    }
  },
})
