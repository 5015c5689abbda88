/** The marks behind which a prompt may be cached, in both directions. */

import type { CacheMark, JsonObject } from '../../../core/index.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import type { Members } from '../../../core/neutral/members.ts'

export function readCache(marked: Members): CacheMark | undefined {
  const mark = marked.any('cache_control')
  if (!isObject(mark)) return undefined
  return typeof mark['ttl'] === 'string' ? { ttl: mark['ttl'] } : {}
}

export function writeCache({ ttl }: CacheMark): JsonObject {
  return { type: 'ephemeral', ...(ttl === undefined ? {} : { ttl }) }
}
