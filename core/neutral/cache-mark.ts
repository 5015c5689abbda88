/** The mark behind which a prompt may be cached, as Anthropic spells it, and clients of other dialects after it. */

import { isObject } from './arguments.ts'
import type { Members } from './members.ts'
import type { CacheMark } from './request.ts'
import { knownMembers } from './unknown.ts'

export const knownOfMarks = knownMembers(['type', 'ttl'], ['scope'])

/** The mark on a part, a tool, a message, or the whole request. */
export function readCache(marked: Members): CacheMark | undefined {
  const mark = marked.any('cache_control')
  if (!isObject(mark)) return undefined
  return typeof mark['ttl'] === 'string' ? { ttl: mark['ttl'] } : {}
}
