/** Which operation of which dialect a passed-through call is: its path says so, however it is spelled. */

import type { Dialect, ProviderInstance } from '../../core/index.ts'
import { isForCallers } from '../../core/plugin/dialect.ts'
import { modelAt, segmentsOf } from './plain-path.ts'

export interface Spoken {
  readonly dialect: Dialect
  readonly operation: string
}

/** Where the vendors serve what is read here, whatever is before it. */
const endings = [
  ['/chat/completions', 'chat'],
  ['/embeddings', 'embeddings'],
  ['/messages/count_tokens', 'count_tokens'],
  ['/responses/compact', 'responses_compact'],
  ['/responses/input_tokens', 'responses_input_tokens'],
] as const

/** What other objects have, too, such as the messages of a thread: only the root of an API may be before it. */
const paths = [
  [/^(\/(v\d+[a-z0-9]*|api|apps|openai|anthropic))*\/messages$/, 'messages'],
  [/^(\/(v\d+[a-z0-9]*|api|apps|openai|anthropic))*\/responses$/, 'responses'],
] as const

const readable: ReadonlySet<string> = new Set([...endings, ...paths].map(([, operation]) => operation))

/** @param target path and query below the provider's base URL @returns undefined if nobody reads what is said there */
export function spokenAt(provider: ProviderInstance, target: string): Spoken | undefined {
  const path = `/${segmentsOf(target).join('/')}`
  const plain = path.toLowerCase()
  const operation = endings.find(([ending]) => plain.endsWith(ending))?.[1] ?? paths.find(([whole]) => whole.test(plain))?.[1] ?? operationAt(provider, path)
  const dialect = operation === undefined ? undefined : dialectOf(provider, operation)
  return operation === undefined || dialect === undefined ? undefined : { dialect, operation }
}

/** Whether a text is completed there, as before there were chats: it goes by unread. */
export function completesText(target: string): boolean {
  return segmentsOf(target).at(-1)?.toLowerCase() === 'completions'
}

/** An operation that this provider serves at a path of its own. */
function operationAt({ operations }: ProviderInstance, path: string): string | undefined {
  return [...operations].find(([name, place]) => readable.has(name) && modelAt(place.path, path) !== undefined)?.[0]
}

/** One that the provider speaks natively, else any that has the operation: a vendor may serve more than its type says. */
function dialectOf({ dialects, wires }: ProviderInstance, operation: string): Dialect | undefined {
  for (const name of [...dialects, ...wires.keys()]) {
    const wire = wires.get(name)
    if (wire !== undefined && isForCallers(wire) && wire.operations.includes(operation)) return wire
  }
  return undefined
}
