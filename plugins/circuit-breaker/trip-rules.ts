/** The rules that open a breaker at once: those of the file, and those that variables give, by their names in lower case. */

import type { OptionsOf } from '../../core/index.ts'
import { join } from '../../core/config/pointer.ts'
import { readEach, SettingFault } from '../../core/config/problems/setting-fault.ts'
import { checkOptions } from '../../core/config/schema/options.ts'
import { tripRule, type schema } from './schema.ts'

export type TripRules = OptionsOf<typeof schema>['trip_on']

type Given = Pick<OptionsOf<typeof schema>, 'trip_on' | 'trip_on_variables'>

/**
 * @param at the pointer of the block that gives them
 * @param standing rules that hold already; what is given of one of the same name counts
 * @throws SettingFault
 */
export function tripRules({ trip_on: written, trip_on_variables: variables }: Given, at: string, standing: TripRules = {}): TripRules {
  const rules: Record<string, Readonly<Record<string, unknown>>> = { ...standing }
  for (const [name, rule] of Object.entries(written)) rules[name.toLowerCase()] = rule
  const pointer = join(at, 'trip_on_variables')
  const members = readEach(pointer, variables, (variable, text) => ({ variable, ...memberOf(variable, text) }))
  for (const { name, member, value } of members) rules[name] = { ...rules[name], [member]: value }
  const aimless = members.find(({ name }) => rules[name]?.['match'] === undefined)
  if (aimless !== undefined)
    throw new SettingFault([{ pointer: join(pointer, aimless.variable), message: 'there is no variable with _MATCH at its end beside it' }])
  return Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, { ttl: 0, ...rule } as TripRules[string]]))
}

interface Member {
  /** Of the rule. */
  readonly name: string
  readonly member: 'match' | 'ttl'
  readonly value: unknown
}

/** @throws Error */
function memberOf(variable: string, text: string): Member {
  const [, name, member] = /^(.+)_(match|ttl)$/.exec(variable.toLowerCase()) ?? []
  if (name === undefined) throw new Error('the name ends neither in _MATCH nor in _TTL')
  return { name, member: member as Member['member'], value: valueOf(member as Member['member'], text) }
}

function valueOf(member: Member['member'], text: string): unknown {
  const {
    value,
    problems: [problem],
  } = checkOptions({ type: 'object', properties: { [member]: tripRule.properties[member] } }, { [member]: text }, () => undefined)
  if (problem !== undefined) throw new Error(problem.message)
  return (value as Readonly<Record<string, unknown>>)[member]
}
