/** A setting that only the plugin which reads it can judge: thrown while it sets up, told to the operator where the setting was written. */

import { join } from '../pointer.ts'
import type { Problem } from './place.ts'

export class SettingFault extends Error {
  override readonly name = 'SettingFault'
  readonly problems: readonly Problem[]

  /** @param problems their pointers are those of the configuration; who tells them finds the places */
  constructor(problems: readonly Problem[]) {
    super(problems.map(({ pointer, message }) => `${pointer}: ${message}`).join('; '))
    this.problems = problems
  }
}

/**
 * Reads the members of a setting, each by itself, such as what variables of one family say.
 * @param pointer of the setting
 * @throws SettingFault with all members that `read` throws for
 */
export function readEach<V, R>(pointer: string, members: Readonly<Record<string, V>>, read: (name: string, value: V) => R): readonly R[] {
  const problems: Problem[] = []
  const results = Object.entries(members).flatMap(([name, value]) => {
    try {
      return [read(name, value)]
    } catch (cause) {
      problems.push({ pointer: join(pointer, name), message: (cause as Error).message })
      return []
    }
  })
  if (problems.length > 0) throw new SettingFault(problems)
  return results
}
