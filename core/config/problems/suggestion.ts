/** What to add to a message about a name that is not there. */

import { nearest } from './problems.ts'

/** `; did you mean "…"?`, or nothing if no name is near. */
export function suggestion(name: string, candidates: Iterable<string>): string {
  const near = nearest(name, candidates)
  return near === undefined ? '' : `; did you mean "${near}"?`
}
