/** The log by session: each with its latest request, and how many it has; a request without a session stands for itself. */

import type { AdminEndpoint } from '../../../core/index.ts'
import { definition } from '../../shared/admin/definition.ts'
import { pageOf } from '../../shared/admin/ranges.ts'
import bodies from '../../../schemas/admin/audit.schema.json' with { type: 'json' }
import type { AuditEntry } from '../../../schemas/admin/audit.schema.ts'
import { viewsOf, type ApiDeps } from './deps.ts'
import { pages } from './log.ts'
import { filterParameters, questionOf, scopeFilter } from './question.ts'

export function sessionsEndpoint(deps: ApiDeps): AdminEndpoint {
  const { journal } = deps
  return {
    method: 'GET',
    path: '/audit/sessions',
    scope: 'subtree',
    summary: 'Lists the sessions of the audit log, the latest activity first.',
    query: { type: 'object', properties: { ...filterParameters, ...pages } },
    response: definition(bodies, 'AuditSessions'),
    async handle(call) {
      const { filter } = questionOf(call, deps.clock.now())
      const page = pageOf(call.query)
      if (journal === undefined) return { sessions: [], total: 0, ...page }
      await deps.flush()
      const { groups, total } = await journal.sums({ filter, by: ['thread'], measures: [], order: 'latest', ...page })
      if (groups.length === 0) return { sessions: [], total, ...page }
      const threads = groups.map(({ key }) => String(key['thread']))
      const [latest, whole] = await Promise.all([
        journal.list({ filter: { equals: { id: groups.flatMap(({ latest }) => latest?.id ?? []) } }, limit: groups.length }),
        journal.sums({ filter: { ...scopeFilter({ ...call, query: {} }), equals: { thread: threads } }, by: ['thread'], measures: [] }),
      ])
      const views = new Map((await viewsOf(latest.rows, deps)).map((view): [string, AuditEntry] => [view.id, view]))
      const counts = new Map(whole.groups.map(({ key, count }) => [key['thread'], count]))
      const sessions = groups.flatMap(({ key, count, latest }) => {
        const view = views.get(latest?.id ?? '')
        return view === undefined ? [] : [{ request_count: counts.get(key['thread'] ?? '') ?? count, latest: view }]
      })
      return { sessions, total, ...page }
    },
  }
}
