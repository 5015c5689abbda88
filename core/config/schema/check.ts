/** Checks values against their schema, and says what is wrong in the operator's words. */

import { Ajv2020 } from 'ajv/dist/2020.js'
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import { LRUCache } from 'lru-cache'
import { isNetwork } from '../../networks.ts'
import { compilePattern } from '../../plugin/pattern.ts'
import { expectation, shown } from './expectation.ts'
import { narrow } from './narrow.ts'
import { isSecretAt, redacted } from '../conceal.ts'
import { getIn, join } from '../pointer.ts'
import { nearest } from '../problems/problems.ts'
import { readValue } from './read.ts'
import { schemaAt, unitOf } from './schema.ts'
import type { SettingSchema } from './schema.ts'
import { missingBlank, nameBeforeColon, suggestion } from '../problems/suggestion.ts'

/** One thing that is wrong with a value; where it was written is for the caller to say. */
export interface Finding {
  readonly kind: 'unknown' | 'missing' | 'wrong'
  readonly pointer: string
  /** The key that an unknown one was most likely meant to be, as a pointer. */
  readonly meant?: string
  /** That this key is missing, if it is. */
  readonly instead?: Finding
  readonly expected?: string
  readonly got?: string
  readonly message: string
}

/**
 * Reads and checks a value.
 * @param asked what of the schema is asked about
 * @returns the value with numbers for durations and sizes, and with defaults; and all that is wrong with it
 */
export function check(
  schema: SettingSchema,
  written: unknown,
  asked: SettingSchema = schema,
): { readonly value: unknown; readonly findings: readonly Finding[] } {
  const value = readValue(schema, written)
  const validate = validator(asked)
  if (validate(value)) return { value, findings: [] }
  const findings = narrow(validate.errors ?? []).flatMap(error => finding(error, schema, written))
  return { value, findings: distinct(findings) }
}

/** @throws Error if it is no JSON Schema */
export function assertIsSchema(schema: SettingSchema): void {
  void ajv.validateSchema(withNumbers(schema), true)
}

/** The findings where unknown keys count as if they were not there: one that was meant to be another leaves that one missing. */
export function whereTolerated(findings: readonly Finding[]): readonly Finding[] {
  return findings.flatMap(({ instead, ...finding }) => [finding, ...(instead === undefined ? [] : [instead])])
}

/** Says what was expected at a pointer, and what was found there. */
export function wrong(schema: SettingSchema, written: unknown, pointer: string, expected: string): Finding {
  const value = getIn(written, pointer)
  const got = value !== '' && isSecretAt(schema, written, pointer) ? redacted : shown(value)
  const advice = missingBlank(value, Object.keys(schemaAt(schema, pointer)?.properties ?? {}))
  return { kind: 'wrong', pointer, expected, got, message: `expected ${expected}, got ${got}${advice}` }
}

// Optimising takes as long as all the rest of compiling, and a configuration is checked once. Those schemas of which nobody knows whether they are sound are asked for it.
const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true, verbose: true, validateSchema: false, code: { optimize: false } })
ajv.addVocabulary(['setting', 'env', 'env_form', 'env_family', 'secret', 'aliases', 'identity', 'env_items', 'input'])
for (const unit of ['duration', 'seconds', 'size']) ajv.addFormat(unit, true)
ajv.addFormat('uri', text => URL.canParse(text))
ajv.addFormat('regex', isPattern)
ajv.addFormat('network', isNetwork)

const validators = new WeakMap<SettingSchema, ValidateFunction>()

/** By what the schema says: that of tapline.yaml is composed anew for every load, and compiling it takes longer than all the rest. */
const lately = new LRUCache<string, ValidateFunction>({ max: 64 })

/** Each schema is compiled once, and forgotten with its owner. */
function validator(schema: SettingSchema): ValidateFunction {
  const known = validators.get(schema)
  if (known !== undefined) return known
  const numeric = withNumbers(schema)
  const text = JSON.stringify(numeric)
  const made = lately.get(text) ?? compile(numeric)
  lately.set(text, made)
  validators.set(schema, made)
  return made
}

function compile(schema: SettingSchema): ValidateFunction {
  const made = ajv.compile(schema)
  ajv.removeSchema(schema)
  return made
}

/** The schema of values that have been read: durations and sizes are numbers. */
function withNumbers(schema: SettingSchema): SettingSchema {
  const { properties, items, oneOf, anyOf, additionalProperties } = schema
  return {
    ...schema,
    ...(unitOf(schema) === undefined ? {} : { type: 'number' }),
    ...(properties === undefined ? {} : { properties: Object.fromEntries(Object.entries(properties).map(([key, child]) => [key, withNumbers(child)])) }),
    ...(typeof additionalProperties === 'object' ? { additionalProperties: withNumbers(additionalProperties) } : {}),
    ...(items === undefined ? {} : { items: withNumbers(items) }),
    ...(oneOf === undefined ? {} : { oneOf: oneOf.map(withNumbers) }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map(withNumbers) }),
  }
}

function isPattern(text: string): boolean {
  try {
    compilePattern(text)
    return true
  } catch {
    return false
  }
}

function finding(error: ErrorObject, schema: SettingSchema, written: unknown): Finding[] {
  const { instancePath, params, keyword, propertyName } = error
  const parent = error.parentSchema as SettingSchema
  if (propertyName !== undefined) return []
  switch (keyword) {
    case 'additionalProperties':
      return [unknown(instancePath, String(params['additionalProperty']), parent)]
    case 'required':
      return [
        'missingProperties' in params
          ? oneMissing(instancePath, params['missingProperties'] as readonly string[])
          : missing(instancePath, String(params['missingProperty']), parent),
      ]
    case 'if':
      // What `then` finds is told by itself.
      return []
    case 'propertyNames':
      return [badName(instancePath, String(params['propertyName']), parent)]
  }
  return [wrong(schema, written, instancePath, expectation(parent))]
}

function unknown(parentPointer: string, name: string, parent: SettingSchema): Finding {
  const known = Object.keys(parent.properties ?? {})
  const meant = nameBeforeColon(name, known) ?? nearest(name, known)
  return {
    kind: 'unknown',
    pointer: join(parentPointer, name),
    ...(meant === undefined ? {} : { meant: join(parentPointer, meant) }),
    message: `unknown key${missingBlank(name, known) || suggestion(name, known)}`,
  }
}

function missing(parentPointer: string, name: string, parent: SettingSchema): Finding {
  const expected = expectation(parent.properties?.[name] ?? {})
  return { kind: 'missing', pointer: join(parentPointer, name), expected, message: `missing; expected ${expected}` }
}

/** One of several members is missing, and which is for the operator to say. */
function oneMissing(pointer: string, names: readonly string[]): Finding {
  const expected = [...new Set(names)].join(' or ')
  return { kind: 'wrong', pointer, expected, message: `missing; expected ${expected}` }
}

function badName(parentPointer: string, name: string, parent: SettingSchema): Finding {
  const expected = `key that is a ${expectation(parent.propertyNames ?? {})}`
  return { kind: 'wrong', pointer: join(parentPointer, name), expected, message: `expected ${expected}` }
}

/** Several broken rules of one value say the same, and an unknown key that means a missing one says it all. */
function distinct(findings: readonly Finding[]): Finding[] {
  const missing = new Map(findings.filter(({ kind }) => kind === 'missing').map(finding => [finding.pointer, finding]))
  const told = findings.map(finding => {
    const instead = missing.get(finding.meant ?? '')
    return instead === undefined ? finding : { ...finding, instead }
  })
  const meant = new Set(told.map(({ instead }) => instead?.pointer))
  const kept = told.filter(({ kind, pointer }) => kind !== 'missing' || !meant.has(pointer))
  return [...new Map(kept.map(found => [found.pointer + found.message, found])).values()]
}
