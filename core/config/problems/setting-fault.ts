/** A setting that only the plugin which reads it can judge: thrown while it sets up, told to the operator where the setting was written. */

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
