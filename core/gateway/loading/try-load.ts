/** Loads what a configuration names; what cannot be loaded is a problem of the place that names it. */

import type { Problem } from '../../config/problems/place.ts'
import { suggestion } from '../../config/problems/suggestion.ts'
import { LoadError } from '../../plugin/load.ts'

/** @returns undefined for what cannot be loaded */
export async function tryLoad<T>(loading: () => Promise<T>, named: Omit<Problem, 'message'>, problems: Problem[]): Promise<T | undefined> {
  try {
    return await loading()
  } catch (cause) {
    if (!(cause instanceof LoadError)) throw cause
    problems.push({ ...named, expected: cause.expected, message: cause.message + suggestion(named.got ?? '', cause.names) })
    return undefined
  }
}
