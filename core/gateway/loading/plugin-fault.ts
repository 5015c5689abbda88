/** What is wrong with a configuration, as a plugin says it that could not use what it was given. */

import type { Config } from '../../config/config.ts'
import type { Blamed, Problem } from '../../config/problems/place.ts'
import type { InstanceSpec } from '../../plugin/instance.ts'
import { placeOfThrow } from '../../plugin/module-error.ts'
import { SettingFault } from '../../config/problems/setting-fault.ts'

export interface FailedPlugin {
  readonly spec: Pick<InstanceSpec, 'name' | 'module'>
  /** What it could not do: `cannot be set up`. */
  readonly failing: string
  /** What is at fault where it names no setting. */
  readonly place: Blamed
  readonly config: Pick<Config, 'locate'>
}

/** Settings that the plugin names are told where they were written; else, where in its file it threw. */
export function problemsOf(cause: unknown, { spec: { name, module }, failing, place, config }: FailedPlugin): readonly Problem[] {
  if (cause instanceof SettingFault) return cause.problems.map(problem => ({ ...problem, ...config.locate(problem.pointer) }))
  const who = (module === undefined ? undefined : placeOfThrow(module, cause)) ?? name
  return [{ ...place, message: `${who} ${failing}: ${cause instanceof Error ? cause.message : String(cause)}` }]
}
