/** The key of a request: two requests have the same only if the same answer is right for both. */

import { hash } from 'node:crypto'
import type { Exchange, Target } from '../../core/index.ts'
import { canonicalBody } from './canonical.ts'

/** Changes when an older version's entries would be wrong. */
const version = 'exact-2'

/** Keys begin so, and go on with the provider and the model. */
export const prefix = 'exact|'

/** @returns undefined for a request without a body that can be read */
export function cacheKey({ request, dialect, body, plan, streamed, variesBy }: Exchange, { provider, model }: Target, partition: string): string | undefined {
  if (body === undefined || dialect === undefined) return undefined
  const mode = provider.dialects.has(dialect.name) ? 'native' : 'translated'
  const resolved = `${provider.name}/${model}`
  return `${prefix}${resolved}|${hash('sha256', list([
    version, request.path, dialect.name, mode, provider.name, provider.type, resolved,
    canonicalBody(body.root, resolved, streamed), plan.policy, streamed ? 'stream' : 'plain', partition, ...variesBy, ...provider.headers.ofCaller({ request, ownHeaders: plan.ownHeaders }),
  ]))}`
}

/** Whether an answer under this key is one of a model: its id, or `provider/model`. */
export function isOfModel(key: string, model: string): boolean {
  const resolved = key.slice(prefix.length, key.lastIndexOf('|'))
  return resolved === model || resolved.slice(resolved.indexOf('/') + 1) === model
}

/** Each field behind its length, so that none can imitate another. */
function list(fields: readonly string[]): string {
  return fields.map(field => `${field.length}:${field}`).join('')
}
