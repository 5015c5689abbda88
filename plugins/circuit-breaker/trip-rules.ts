/** The rules that open a breaker at once: those of the file, and those that variables give, by their names in lower case. */

import type { OptionsOf } from '../../core/index.ts'
import { checkOptions } from '../../core/config/schema/options.ts'
import { tripRule, type schema } from './schema.ts'

export type TripRules = OptionsOf<typeof schema>['trip_on']

type Given = Pick<OptionsOf<typeof schema>, 'trip_on' | 'trip_on_variables'>

/**
 * @param standing rules that hold already; what is given of one of the same name counts
 * @throws Error that says which rule or variable is wrong, and how
 */
export function tripRules({ trip_on: written, trip_on_variables: variables }: Given, standing: TripRules = {}): TripRules {
  const rules: Record<string, Readonly<Record<string, unknown>>> = { ...standing }
  for (const [name, rule] of Object.entries(written)) rules[name.toLowerCase()] = rule
  for (const [variable, text] of Object.entries(variables)) {
    const [name, member] = nameOf(variable)
    rules[name] = { ...rules[name], [member]: valueOf(variable, member, text) }
  }
  const aimless = Object.keys(rules).find(name => rules[name]?.['match'] === undefined)
  if (aimless !== undefined)
    throw new Error(`CIRCUIT_BREAKER_TRIP_ON_${aimless.toUpperCase()}_TTL has no CIRCUIT_BREAKER_TRIP_ON_${aimless.toUpperCase()}_MATCH beside it`)
  return Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, { ttl: 0, ...rule } as TripRules[string]]))
}

function nameOf(variable: string): readonly [name: string, member: 'match' | 'ttl'] {
  const [, name, member] = /^(.+)_(match|ttl)$/.exec(variable.toLowerCase()) ?? []
  if (name === undefined) throw new Error(`CIRCUIT_BREAKER_TRIP_ON_${variable} ends neither in _MATCH nor in _TTL`)
  return [name, member as 'match' | 'ttl']
}

function valueOf(variable: string, member: 'match' | 'ttl', text: string): unknown {
  const {
    value,
    problems: [problem],
  } = checkOptions({ type: 'object', properties: { [member]: tripRule.properties[member] } }, { [member]: text }, () => undefined)
  if (problem !== undefined) throw new Error(`CIRCUIT_BREAKER_TRIP_ON_${variable}: ${problem.message}`)
  return (value as Readonly<Record<string, unknown>>)[member]
}
