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

/** Reads several settings, each by itself. @throws SettingFault with all that the readers find, and at once what else they throw */
export function readAll<R>(...readers: readonly (() => readonly R[])[]): readonly R[] {
  const problems: Problem[] = []
  const results = readers.flatMap(read => {
    try {
      return read()
    } catch (cause) {
      if (!(cause instanceof SettingFault)) throw cause
      problems.push(...cause.problems)
      return []
    }
  })
  if (problems.length > 0) throw new SettingFault(problems)
  return results
}

/**
 * Reads the members of a setting, each by itself: the items of a list, or what variables of one family say.
 * @param pointer of the setting
 * @throws SettingFault with all members that `read` throws for
 */
export function readEach<V, R>(pointer: string, members: Readonly<Record<string, V>> | readonly V[], read: (name: string, value: V) => R): readonly R[] {
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
