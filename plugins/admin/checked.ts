/** Checks queries and bodies against the schemas of their endpoints; each schema is compiled once, when it is first needed. */

import { Ajv2020, type ErrorObject, type Options, type ValidateFunction } from 'ajv/dist/2020.js'
import { gatewayError, type Code, type GatewayError } from '../../core/index.ts'

type Schema = Readonly<Record<string, unknown>>

const options: Options = {
  strict: true,
  strictTypes: false,
  strictTuples: false,
  useDefaults: true,
  formats: { date: isDay, 'date-time': text => !Number.isNaN(Date.parse(text)), uri: text => URL.canParse(text) },
}
/** Knows what a schema may say. */
const judge = new Ajv2020(options)

const validators = new WeakMap<Schema, ValidateFunction>()

/** Checks a value, and fills in defaults. @throws GatewayError that names the parameter at fault */
export function check(schema: Schema, value: unknown): void {
  const validate = validators.get(schema) ?? compile(closed(schema) as Schema)
  validators.set(schema, validate)
  if (!validate(value)) throw refusal((validate.errors ?? [])[0] as ErrorObject)
}

/** Ajv keeps what it compiles for as long as it lives, and endpoints come anew with a reload: each schema has its own, which goes with it. */
function compile(schema: Schema): ValidateFunction {
  void judge.validateSchema(schema, true)
  return new Ajv2020({ ...options, validateSchema: false }).compile(schema)
}

/** The schema, with every object that names its members taking no others. */
export function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed)
  if (typeof node !== 'object' || node === null) return node
  const inner = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, choices.has(key) ? (value as unknown) : closed(value)]))
  return isOpenObject(inner) ? { ...inner, additionalProperties: false } : inner
}

/** Their parts describe one object together. */
const choices: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'if', 'then', 'else', 'enum', 'const', 'default', 'examples'])

function isOpenObject(node: Schema): boolean {
  return node['type'] === 'object' && typeof node['properties'] === 'object' && !('additionalProperties' in node)
}

function isDay(text: string): boolean {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined
  return day !== undefined && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

const ownCodes: Readonly<Record<string, Code>> = { required: 'missing_required_parameter', type: 'invalid_type', additionalProperties: 'unsupported_parameter' }

function refusal({ keyword, instancePath, params, message = 'is not valid' }: ErrorObject): GatewayError {
  const at = instancePath
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  const named = params['missingProperty'] ?? params['additionalProperty']
  const param = [...at, ...(named === undefined ? [] : [String(named)])].join('.').slice(0, 200)
  return gatewayError(ownCodes[keyword] ?? 'invalid_value', wording(keyword, param, params, message), param === '' ? {} : { param })
}

function wording(keyword: string, param: string, params: Schema, message: string): string {
  if (keyword === 'required') return `${param} is required`
  if (keyword === 'additionalProperties') return `there is no parameter ${param}`
  if (keyword === 'const') return `${param} must be ${JSON.stringify(params['allowedValue'])}`
  if (keyword === 'type') return `${param === '' ? 'the body' : param} ${message.replaceAll(',', ' or ')}`
  const allowed = keyword === 'enum' ? `: ${(params['allowedValues'] as readonly unknown[]).join(', ')}` : ''
  return `${param === '' ? 'the body' : param} ${message}${allowed}`
}
