/** What a request is known by to a cache: two requests have the same digest only if the same answer is right for both. */

import { hash } from 'node:crypto'
import type { JsonNode } from '../../../core/document/node.ts'
import type { Exchange } from '../../../core/pipeline/exchange.ts'
import type { Target } from '../../../core/upstream/provider/target.ts'
import { canonicalBody } from './canonical.ts'

export interface DigestInput {
  /** Of the cache: changes when an older version's entries would be wrong. */
  readonly version: string
  readonly exchange: Exchange
  readonly target: Target
  /** The request's body, or as much of it as counts. */
  readonly body: JsonNode
  /** Whose entries are shared: `none` is everybody's, `user_path` those of callers of one path. */
  readonly partition: 'none' | 'user_path'
  /** What else the answer depends on. */
  readonly further?: readonly string[]
}

/** The SHA-256 in hexadecimal digits. @returns undefined for a request that nobody can read */
export function digestOf({ version, exchange, target: { provider, model }, body, partition, further = [] }: DigestInput): string | undefined {
  const { request, dialect, plan, streamed, variesBy, userPath, labels } = exchange
  if (dialect === undefined) return undefined
  const mode = provider.spoken(dialect) !== undefined ? 'native' : 'translated'
  const resolved = `${provider.name}/${model}`
  return hash(
    'sha256',
    list([
      version,
      request.path,
      dialect.name,
      mode,
      provider.name,
      provider.type,
      resolved,
      canonicalBody(body, resolved, streamed),
      plan.policy,
      streamed ? 'stream' : 'plain',
      list(partition === 'user_path' ? [userPath] : []),
      list(further),
      list(variesBy),
      list(plan.judgesCallers ? [userPath, ...labels] : []),
      list(provider.headers.ofCaller({ request, ownHeaders: plan.ownHeaders }, provider.callerHeaders(dialect))),
      provider.queryOf(request, dialect),
    ]),
  )
}

/** Each field behind its length, so that none can imitate another. */
export function list(fields: readonly string[]): string {
  return fields.map(field => `${field.length}:${field}`).join('')
}
