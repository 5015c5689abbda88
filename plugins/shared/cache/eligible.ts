/** Which requests caches may answer. */

import type { Exchange } from '../../../core/pipeline/exchange.ts'
import { bypasses } from './directives.ts'

/** The answer depends on state outside the body if one of these says something. */
const stateful = ['background', 'previous_response_id', 'conversation', 'thread'] as const

/** Whether it is a request that caches look at. What a cache asks for itself is none. */
export function concernsCaches({ request: { method }, operation, origin, targets }: Exchange, operations: ReadonlySet<string>): boolean {
  return method === 'POST' && operations.has(operation) && origin !== 'cache' && targets.length > 0
}

/** Whether such a request may be answered from a cache. Another plugin may have said before that it may not. */
export function mayBeCached({ streamed, cache, dialect, body, request: { headers } }: Exchange, streamsMay: boolean): boolean {
  if (streamed && !(streamsMay && dialect?.stream.isWhole !== undefined)) return false
  return cache !== 'bypass' && !bypasses(headers) && !stateful.some(name => says(body?.root.get(name)?.json()))
}

function says(json: string | undefined): boolean {
  return json !== undefined && json !== 'null' && json !== 'false'
}
