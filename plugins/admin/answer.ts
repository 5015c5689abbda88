/** What an endpoint returned, as a reply; and the tags by which a view is told from a later one. */

import { createHash } from 'node:crypto'
import { gatewayError, Reply, type AdminEndpoint, type Exchange } from '../../core/index.ts'

/** A JSON value, nothing, or a reply that is one already. */
export function answerOf({ status = 200, tagged }: Pick<AdminEndpoint, 'status' | 'tagged'>, value: unknown): Reply {
  if (value instanceof Reply) return value
  if (value === undefined) return new Reply({ status: 204 })
  const body = Buffer.from(JSON.stringify(value))
  const tag = tagOf(tagged === undefined ? body : Buffer.from(JSON.stringify(tagged(value as never))))
  return new Reply({ status, headers: ['Content-Type', 'application/json', 'ETag', tag], body })
}

/** @param views that of what is written first: `*` asks whether it is there. @throws GatewayError `precondition_failed` if the caller names none of those that stand */
export function checkMatch({ request: { headers } }: Exchange, views: readonly unknown[]): void {
  const asked = headers['if-match']
  if (typeof asked !== 'string') return
  const standing = views.filter(view => view !== undefined).map(view => tagOf(Buffer.from(JSON.stringify(view))))
  const named = asked.split(',').map(tag => tag.trim().replace(/^W\//, ''))
  if (named.some(tag => (tag === '*' ? views[0] !== undefined : standing.includes(tag)))) return
  throw gatewayError('precondition_failed', 'it was changed since it was read; read it again')
}

function tagOf(body: Buffer): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
}
