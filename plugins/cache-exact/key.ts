/** The key of a request: two requests have the same only if the same answer is right for both. */

import type { Exchange, Target } from '../../core/index.ts'
import { digestOf, type DigestInput } from '../shared/cache/digest.ts'

const version = 'exact-3'

/** Keys begin so, and go on with the provider and the model. */
export const prefix = 'exact|'

/** @returns undefined for a request without a body that can be read */
export function cacheKey(exchange: Exchange, target: Target, partition: DigestInput['partition']): string | undefined {
  const digest = exchange.body === undefined ? undefined : digestOf({ version, exchange, target, body: exchange.body.root, partition })
  return digest === undefined ? undefined : `${prefix}${target.provider.name}/${target.model}|${digest}`
}

/** Whether an answer under this key is one of a model: its id, or `provider/model`. */
export function isOfModel(key: string, model: string): boolean {
  const resolved = key.slice(prefix.length, key.lastIndexOf('|'))
  return resolved === model || resolved.slice(resolved.indexOf('/') + 1) === model
}
