/** JSON Schemas as the vendors take them. Deterministic, so that prompt caches hold. */

import type { GatewayError } from '../errors.ts'
import { isObject } from './arguments.ts'
import { refusal } from './losses.ts'
import type { Json, JsonObject } from './request.ts'

const deepest = 64
const largestBytes = 1024 * 1024
/** Schemas within a schema, each counted as often as it is referred to. */
const mostFilledIn = 10_000

/** Keywords whose values are names and schemas, or lists of schemas, or a schema. */
const maps = new Set(['properties', '$defs', 'definitions', 'patternProperties', 'dependentSchemas'])
const lists = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems'])
const singles = new Set(['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains', 'propertyNames'])

/** Where a schema says what it takes without `type`. */
const composing = ['$ref', 'anyOf', 'oneOf', 'allOf']

/** What strict output does not take, and what a description can say instead. */
const bounds = new Set([
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
])
const untold = new Set(['$schema', 'not', 'if', 'then', 'else', 'patternProperties'])
/** What closes objects, or defines what others refer to. */
const closing = new Set(['$schema', '$defs', 'definitions', 'additionalProperties'])
const formats = new Set(['date', 'date-time', 'time', 'duration', 'email', 'hostname', 'uri', 'uuid', 'ipv4', 'ipv6'])

/** @throws GatewayError 400 for a schema that is deeper or larger than any vendor takes */
export function checkSchema(schema: Json, at: string): void {
  if (isTooDeep(schema)) throw tooDeep(at)
  if (Buffer.byteLength(JSON.stringify(schema)) > largestBytes) throw refusal(at, `the schema is larger than ${largestBytes} bytes`)
}

/** An object schema, where one is required. What says otherwise than by its type what it takes is for the vendor to judge. */
export function objectSchema(schema: Json | undefined): JsonObject {
  if (!isObject(schema)) return { type: 'object', properties: {} }
  const { type, ...untyped } = schema
  if (typeof type === 'string' || Array.isArray(type)) return schema
  if ('properties' in schema) return { type: 'object', ...untyped }
  return composing.some(keyword => keyword in schema) ? schema : { type: 'object', properties: {}, ...untyped }
}

/** Without `$schema`. */
export function withoutMeta(schema: Json): Json {
  if (!isObject(schema) || !('$schema' in schema)) return schema
  const { $schema: _meta, ...rest } = schema
  return rest
}

/** What Anthropic's and Bedrock's constrained output takes: bounds move into the description, objects are closed. */
export function strictSchema(schema: Json): Json {
  if (!isObject(schema)) return schema
  const strict: Record<string, Json> = {}
  const told: string[] = []
  for (const [name, value] of Object.entries(withOneChoice(schema))) {
    if (bounds.has(name) || (name === 'minItems' && value !== 0 && value !== 1)) told.push(`${name}: ${JSON.stringify(value)}`)
    else if (name === 'format' && (typeof value !== 'string' || !formats.has(value)))
      told.push(`format: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    else if (name === 'oneOf') strict['anyOf'] = inner(name, value, strictSchema)
    else if (!untold.has(name)) put(strict, name, inner(name, value, strictSchema))
  }
  if (isOfObjects(strict)) strict['additionalProperties'] = false
  if (told.length > 0) strict['description'] = described(schema['description'], told.join(', '))
  return strict
}

/** Of two choices, which would become one, both hold. */
function withOneChoice(schema: JsonObject): JsonObject {
  if (schema['anyOf'] === undefined || schema['oneOf'] === undefined) return schema
  const { anyOf, oneOf, allOf = [], ...rest } = schema
  return { ...rest, allOf: [...(Array.isArray(allOf) ? (allOf as readonly Json[]) : []), { anyOf }, { anyOf: oneOf }] }
}

function isOfObjects({ type, properties }: JsonObject): boolean {
  return type === 'object' || properties !== undefined || (Array.isArray(type) && type.includes('object'))
}

function described(description: Json | undefined, told: string): string {
  return typeof description === 'string' && description !== '' ? `${description} ${told}` : told
}

/**
 * What Gemini's older models take: no references, no closed objects, `nullable` instead of a type `null`.
 * @throws GatewayError 400 for a schema that is deeper or larger than any vendor takes once its references are filled in
 */
export function openApiSchema(schema: Json, at: string): Json {
  return new OpenApi(schema, at).spell(schema)
}

class OpenApi {
  readonly #definitions: JsonObject
  readonly #at: string
  /** Definitions that are being filled in: one that leads back to itself ends there. */
  readonly #entered = new Set<string>()
  #depth = 0
  #count = 0

  constructor(schema: Json, at: string) {
    this.#definitions = isObject(schema) ? { ...own(schema['definitions']), ...own(schema['$defs']) } : {}
    this.#at = at
  }

  readonly spell = (schema: Json): Json => {
    if (!isObject(schema)) return schema
    if (++this.#depth > deepest) throw tooDeep(this.#at)
    if (++this.#count > mostFilledIn) throw refusal(this.#at, `the schema has more than ${mostFilledIn} parts once its references are filled in`)
    const spelled = this.#spell(schema)
    this.#depth--
    return spelled
  }

  /** What stands beside a reference goes before what the definition says. */
  #spell({ $ref: reference, ...schema }: JsonObject): Json {
    const name = typeof reference === 'string' ? reference.slice(reference.lastIndexOf('/') + 1) : undefined
    const open = this.#members(schema)
    if (name === undefined || !Object.hasOwn(this.#definitions, name)) return open
    const filled = this.#filledIn(name, this.#definitions[name] ?? {})
    return isObject(filled) ? { ...filled, ...open } : open
  }

  #filledIn(name: string, definition: Json): Json {
    if (this.#entered.has(name)) return { type: isObject(definition) && typeof definition['type'] === 'string' ? definition['type'] : 'object' }
    this.#entered.add(name)
    const filled = this.spell(definition)
    this.#entered.delete(name)
    return filled
  }

  #members(schema: JsonObject): JsonObject {
    const open: Record<string, Json> = {}
    for (const [name, value] of Object.entries(schema)) {
      if (closing.has(name)) continue
      if (name === 'const') open['enum'] = [value]
      else if (name === 'type' && Array.isArray(value)) Object.assign(open, nullable(value as readonly Json[]))
      else if (name === 'anyOf' && Array.isArray(value)) Object.assign(open, this.#choice(value as readonly Json[]))
      else put(open, name, inner(name, value, this.spell))
    }
    return open
  }

  /** A choice between one schema and null is that schema, nullable. */
  #choice(schemas: readonly Json[]): JsonObject {
    const others = schemas.filter(schema => !isObject(schema) || schema['type'] !== 'null').map(this.spell)
    if (others.length === schemas.length || others.length === 0) return { anyOf: others }
    const [only] = others
    return others.length === 1 && isObject(only) ? { ...only, nullable: true } : { anyOf: others, nullable: true }
  }
}

function nullable(types: readonly Json[]): JsonObject {
  const others = types.filter(name => name !== 'null')
  const [type = 'string'] = others
  return { ...(others.length > 1 ? { anyOf: others.map(name => ({ type: name })) } : { type }), ...(types.includes('null') ? { nullable: true } : {}) }
}

function own(definitions: Json | undefined): JsonObject {
  return isObject(definitions) ? definitions : {}
}

/** Applies `change` to the schemas inside the value of a keyword. */
function inner(name: string, value: Json, change: (schema: Json) => Json): Json {
  if (singles.has(name)) return change(value)
  if (lists.has(name) && Array.isArray(value)) return (value as readonly Json[]).map(change)
  if (!maps.has(name) || !isObject(value)) return value
  const changed: Record<string, Json> = {}
  for (const [key, schema] of Object.entries(value)) put(changed, key, change(schema))
  return changed
}

/** Also a member named `__proto__` is plain data. */
function put(object: Record<string, Json>, name: string, value: Json): void {
  if (name === '__proto__') Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
  else object[name] = value
}

function tooDeep(at: string): GatewayError {
  return refusal(at, `the schema is more than ${deepest} levels deep`)
}

/** Goes no deeper than it must to know. */
function isTooDeep(value: Json, left = deepest): boolean {
  if (typeof value !== 'object' || value === null) return false
  return left === 0 || Object.values(value as object).some(part => isTooDeep(part as Json, left - 1))
}
