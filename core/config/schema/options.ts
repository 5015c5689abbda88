/** The options of a plugin: read by the value grammar, checked by its schema. */

import type { OptionsSchema } from '../../plugin/schema.ts'
import { assertIsSchema, check, whereTolerated } from './check.ts'
import type { Finding } from './check.ts'
import type { Blamed, Problem } from '../problems/place.ts'
import { isTree, join, keysOf, without } from '../pointer.ts'
import { readValue } from './read.ts'

/**
 * Checks what configuration gives a plugin as options, written as an operator writes them.
 * @param schema without one, no options are allowed; with one, only those that it names, unless it says `additionalProperties`
 * @param describe where the value at a pointer into the options was written; its pointer, file and line go into the problem
 * @param tolerate told of each key that the schema does not know, which is then taken out; without it, those are problems, too
 * @returns the options with numbers for durations and sizes and with defaults, fit for `setup` if there are no problems
 */
export function checkOptions(
  schema: OptionsSchema | undefined,
  given: unknown,
  describe: (pointer: string) => Blamed | undefined,
  tolerate?: (problem: Problem) => void,
): { readonly value: unknown; readonly problems: readonly Problem[] } {
  const { value, findings } = schema === undefined ? { value: {}, findings: noOptions(given) } : checkGiven(closed(schema), given ?? {})
  if (tolerate === undefined) return { value, problems: findings.map(finding => problem(finding, describe)) }
  const { unknown = [], other = [] } = Object.groupBy(whereTolerated(findings), ({ kind }) => (kind === 'unknown' ? kind : 'other'))
  for (const finding of unknown) tolerate(problem(finding, describe))
  return { value: unknown.reduce((rest, { pointer }) => without(rest, keysOf(pointer)), value), problems: other.map(finding => problem(finding, describe)) }
}

/** What a schema itself says is known to be sound: most plugins get nothing beside it, and compiling it takes longer than all else. */
function checkGiven(schema: OptionsSchema, given: unknown): ReturnType<typeof check> {
  return isTree(given) && Object.keys(given).length === 0 && demandsNothing(schema) ? { value: readValue(schema, given), findings: [] } : check(schema, given)
}

function demandsNothing({ properties, required = [], oneOf, anyOf, minProperties }: OptionsSchema): boolean {
  return properties !== undefined && required.length === 0 && (oneOf ?? anyOf ?? minProperties) === undefined
}

const closedSchemas = new WeakMap<OptionsSchema, OptionsSchema>()

/** An option that the schema does not name is a misspelt one. A schema that is a choice has no names of its own. */
function closed(schema: OptionsSchema): OptionsSchema {
  const isChoice = schema.properties === undefined && (schema.oneOf ?? schema.anyOf) !== undefined
  const known = isChoice ? schema : (closedSchemas.get(schema) ?? { additionalProperties: false, ...schema })
  closedSchemas.set(schema, known)
  return known
}

/** What is wrong with a schema itself, or with a default that it gives; undefined if values can be checked by it. */
export function flawOfSchema(schema: OptionsSchema): string | undefined {
  try {
    assertIsSchema(schema)
    const { findings } = check(closed(schema), {})
    const wrong = findings.find(({ kind, pointer }) => kind === 'wrong' && pointer !== '')
    return wrong === undefined ? undefined : `the default of ${wrong.pointer}: expected ${wrong.expected ?? 'another'}, as an operator would write it`
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause)
  }
}

function noOptions(given: unknown): Finding[] {
  if (given === undefined || given === null) return []
  if (!isTree(given)) return [{ kind: 'wrong', pointer: '', message: 'this plugin takes no options' }]
  return Object.keys(given).map(key => ({ kind: 'unknown', pointer: join('', key), message: 'this plugin takes no options' }))
}

function problem({ pointer, expected, got, message }: Finding, describe: (pointer: string) => Blamed | undefined): Problem {
  return {
    pointer,
    message,
    ...(expected === undefined ? {} : { expected }),
    ...(got === undefined ? {} : { got }),
    ...describe(pointer),
  }
}
