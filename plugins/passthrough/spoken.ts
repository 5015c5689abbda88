/** Which operation of which dialect a passed-through call is: the end of its path says so. */

import type { Dialect, ProviderInstance } from '../../core/index.ts'
import { isForCallers } from '../../core/plugin/dialect.ts'

export interface Spoken {
  readonly dialect: Dialect
  readonly operation: string
}

/** Where the vendors serve what is read here, whatever stands before it. */
const endings = [
  ['/chat/completions', 'chat'],
  ['/embeddings', 'embeddings'],
  ['/messages', 'messages'],
  ['/messages/count_tokens', 'count_tokens'],
  ['/responses', 'responses'],
  ['/responses/compact', 'responses_compact'],
  ['/responses/input_tokens', 'responses_input_tokens'],
] as const

const readable: ReadonlySet<string> = new Set(endings.map(([, operation]) => operation))

/** @param target path and query below the provider's base URL @returns undefined if nobody reads what is said there */
export function spokenAt(provider: ProviderInstance, target: string): Spoken | undefined {
  const path = target.split('?', 1)[0] ?? ''
  const operation = endings.find(([ending]) => path.endsWith(ending))?.[1] ?? operationAt(provider, path)
  const dialect = operation === undefined ? undefined : dialectOf(provider, operation)
  return operation === undefined || dialect === undefined ? undefined : { dialect, operation }
}

/** An operation that this provider serves at a path of its own. */
function operationAt({ operations }: ProviderInstance, path: string): string | undefined {
  return [...operations].find(([name, place]) => readable.has(name) && isAt(place.path, path))?.[0]
}

/** One that the provider speaks natively, else any that has the operation: a vendor may serve more than its type says. */
function dialectOf({ dialects, wires }: ProviderInstance, operation: string): Dialect | undefined {
  for (const name of [...dialects, ...wires.keys()]) {
    const wire = wires.get(name)
    if (wire !== undefined && isForCallers(wire) && wire.operations.includes(operation)) return wire
  }
  return undefined
}

/** Whether an operation is served there, whatever the model. */
function isAt(place: string, called: string): boolean {
  const served = place.split('?', 1)[0] ?? ''
  const [before = '', behind] = served.split('{model}', 2)
  if (behind === undefined) return called === served
  return called.startsWith(before) && called.endsWith(behind) && !called.slice(before.length, called.length - behind.length).includes('/')
}
