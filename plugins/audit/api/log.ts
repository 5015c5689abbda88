/** The rows of the log, the latest first. */

import type { AdminEndpoint } from '../../../core/index.ts'
import { definition } from '../../shared/admin/definition.ts'
import { pageOf, pageParameters } from '../../shared/admin/ranges.ts'
import bodies from '../../../schemas/admin/audit.schema.json' with { type: 'json' }
import { viewsOf, type ApiDeps } from './deps.ts'
import { filterParameters, questionOf } from './question.ts'

export const pages = pageParameters(100, 25)

export function logEndpoint(deps: ApiDeps): AdminEndpoint {
  return {
    method: 'GET',
    path: '/audit/log',
    scope: 'subtree',
    summary: 'Lists the requests of the audit log, the latest first.',
    query: { type: 'object', properties: { ...filterParameters, ...pages } },
    response: definition(bodies, 'AuditLog'),
    async handle(call) {
      const { filter } = questionOf(call, deps.clock.now())
      const page = pageOf(call.query)
      if (deps.journal === undefined) return { entries: [], total: 0, ...page }
      await deps.flush()
      const { rows, total } = await deps.journal.list({ filter, ...page })
      return { entries: await viewsOf(rows, deps), total, ...page }
    },
  }
}
