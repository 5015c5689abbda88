/** What to add to a message about a name that is not there. */

import { nearest } from './problems.ts'

/** `; did you mean "…"?`, or nothing if no name is near. */
export function suggestion(name: string, candidates: Iterable<string>): string {
  const near = nearest(name, candidates)
  return near === undefined ? '' : `; did you mean "${near}"?`
}

/** The name at the beginning of a text, where a blank is missing behind its colon: `port:8080` is no member. */
export function nameBeforeColon(text: unknown, candidates: Iterable<string>): string | undefined {
  const [, name] = typeof text === 'string' ? (/^([^\s:]+):[^\s/]/.exec(text) ?? []) : []
  return [...candidates].find(candidate => candidate === name)
}

/** `; write a blank after "…:"`, or nothing if none is missing. */
export function missingBlank(text: unknown, candidates: Iterable<string>): string {
  const name = nameBeforeColon(text, candidates)
  return name === undefined ? '' : `; write a blank after "${name}:"`
}
