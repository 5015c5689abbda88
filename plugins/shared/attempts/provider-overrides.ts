/** What a provider's own block says in the place of a step's options: a member of `providers.<name>.resilience`. */

import { checkOptions } from '../../../core/config/schema/options.ts'
import { join } from '../../../core/config/pointer.ts'
import { SettingFault } from '../../../core/config/problems/setting-fault.ts'
import type { OptionsOf, OptionsSchema } from '../../../core/plugin/schema.ts'
import type { ProviderInstance } from '../../../core/upstream/provider/provider.ts'

/** Those that are given, read and checked as the step's own are. @throws SettingFault for what is wrong there */
export function providerOverrides<S extends OptionsSchema>(schema: S, { name, config: { settings } }: ProviderInstance, block: string): Partial<OptionsOf<S>> {
  const { [block]: given = {} } = (settings['resilience'] as Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined) ?? {}
  const { value, problems } = checkOptions(schema, given, () => undefined)
  const at = join('/providers', name, 'resilience', block)
  if (problems.length > 0) throw new SettingFault(problems.map(problem => ({ ...problem, pointer: `${at}${problem.pointer}` })))
  return Object.fromEntries(Object.entries(value as object).filter(([option]) => Object.hasOwn(given, option))) as Partial<OptionsOf<S>>
}
