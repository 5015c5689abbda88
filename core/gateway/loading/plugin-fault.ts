/** What is wrong with a configuration, as a plugin says it that could not use what it was given. */

import type { Config } from '../../config/config.ts'
import type { Blamed, Problem } from '../../config/problems/place.ts'
import { SettingFault } from '../../config/problems/setting-fault.ts'

export interface FailedPlugin {
  readonly name: string
  /** What it could not do: `cannot be set up`. */
  readonly failing: string
  /** What is at fault where it names no setting. */
  readonly place: Blamed
  readonly config: Pick<Config, 'locate'>
}

/** Settings that the plugin names are told where they were written. */
export function problemsOf(cause: unknown, { name, failing, place, config }: FailedPlugin): readonly Problem[] {
  if (cause instanceof SettingFault) return cause.problems.map(problem => ({ ...problem, ...config.locate(problem.pointer) }))
  return [{ ...place, message: `${name} ${failing}: ${cause instanceof Error ? cause.message : String(cause)}` }]
}
