/** One row, whole. */

import { gatewayError, type AdminCall, type AdminEndpoint, type GatewayError } from '../../../core/index.ts'
import { definition } from '../../shared/admin/definition.ts'
import { isWithin } from '../../../core/user-path.ts'
import bodies from '../../../schemas/admin/audit.schema.json' with { type: 'json' }
import type { AuditRow } from '../journal.ts'
import { viewsOf, type ApiDeps } from './deps.ts'
import { fullView } from './view.ts'

export const idParameter = { log_id: { type: 'string', minLength: 1, maxLength: 128, description: 'The id of a row.' } } as const

export function detailEndpoint(deps: ApiDeps): AdminEndpoint {
  return {
    method: 'GET',
    path: '/audit/detail',
    scope: 'subtree',
    summary: 'One request with everything that was logged about it.',
    query: { type: 'object', properties: idParameter, required: ['log_id'] },
    response: definition(bodies, 'AuditEntry'),
    async handle(call) {
      const row = await visibleRow(call, deps)
      return (await viewsOf([row], deps, fullView))[0]
    },
  }
}

/** @throws GatewayError `not_found`, which tells a row of somebody else from none by nothing */
export async function visibleRow(
  { query: { log_id: id }, scope }: Pick<AdminCall, 'query' | 'scope'>,
  { journal, flush }: Pick<ApiDeps, 'journal' | 'flush'>,
): Promise<AuditRow> {
  await flush()
  const row = await journal?.get(String(id))
  if (row !== undefined && (scope.isGlobal || isWithin(row.user_path, scope.root))) return row
  throw noSuchRow()
}

function noSuchRow(): GatewayError {
  return gatewayError('not_found', 'the audit log has no such entry', { param: 'log_id' })
}
