/** JSON Schemas as the vendors take them. Deterministic, so that prompt caches hold. */

import { isObject } from './arguments.ts'
import { refusal } from './losses.ts'
import type { Json, JsonObject } from './request.ts'

const deepest = 64
const largestBytes = 1024 * 1024

/** Keywords whose values are names and schemas, or lists of schemas, or a schema. */
const maps = new Set(['properties', '$defs', 'definitions', 'patternProperties', 'dependentSchemas'])
const lists = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems'])
const singles = new Set(['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains', 'propertyNames'])

/** What strict output does not take, and what a description can say instead. */
const bounds = new Set(['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'minLength', 'maxLength', 'maxItems', 'uniqueItems', 'minProperties', 'maxProperties'])
const untold = new Set(['$schema', 'not', 'if', 'then', 'else', 'patternProperties'])
const formats = new Set(['date', 'date-time', 'time', 'duration', 'email', 'hostname', 'uri', 'uuid', 'ipv4', 'ipv6'])

/** @throws GatewayError 400 for a schema that is deeper or larger than any vendor takes */
export function checkSchema(schema: Json, at: string): void {
  if (depth(schema) > deepest) throw refusal(at, `the schema is more than ${deepest} levels deep`)
  if (JSON.stringify(schema).length > largestBytes) throw refusal(at, `the schema is larger than ${largestBytes} bytes`)
}

/** An object schema, where one is required. */
export function objectSchema(schema: Json | undefined): JsonObject {
  if (!isObject(schema)) return { type: 'object', properties: {} }
  return 'type' in schema || !('properties' in schema) ? schema : { type: 'object', ...schema }
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
  for (const [name, value] of Object.entries(schema)) {
    if (bounds.has(name) || name === 'minItems' && value !== 0 && value !== 1) told.push(`${name}: ${JSON.stringify(value)}`)
    else if (name === 'format' && (typeof value !== 'string' || !formats.has(value))) told.push(`format: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    else if (name === 'oneOf') strict['anyOf'] = inner(name, value, strictSchema)
    else if (!untold.has(name)) put(strict, name, inner(name, value, strictSchema))
  }
  if (strict['type'] === 'object' || 'properties' in strict) strict['additionalProperties'] = false
  if (told.length > 0) strict['description'] = described(schema['description'], told.join(', '))
  return strict
}

function described(description: Json | undefined, told: string): string {
  return typeof description === 'string' && description !== '' ? `${description} ${told}` : told
}

/** What Gemini's older models take: no references, no closed objects, `nullable` instead of a type `null`. */
export function openApiSchema(schema: Json, definitions?: JsonObject, depthLeft = deepest): Json {
  if (!isObject(schema) || depthLeft === 0) return isObject(schema) ? { type: 'object' } : schema
  const known = definitions ?? definitionsOf(schema)
  const reference = schema['$ref']
  const resolved = typeof reference === 'string' ? known[reference.slice(reference.lastIndexOf('/') + 1)] : undefined
  if (resolved !== undefined) return openApiSchema(resolved, known, depthLeft - 1)
  const open: Record<string, Json> = {}
  for (const [name, value] of Object.entries(schema)) {
    if (['$schema', '$defs', 'definitions', 'additionalProperties', '$ref'].includes(name)) continue
    if (name === 'const') open['enum'] = [value]
    else if (name === 'type' && Array.isArray(value)) Object.assign(open, nullable(value as readonly Json[]))
    else put(open, name, inner(name, value, part => openApiSchema(part, known, depthLeft - 1)))
  }
  return open
}

function nullable(types: readonly Json[]): JsonObject {
  const [type = 'string'] = types.filter(name => name !== 'null')
  return { type, ...(types.includes('null') ? { nullable: true } : {}) }
}

function definitionsOf(schema: JsonObject): JsonObject {
  return [schema['definitions'], schema['$defs']].filter(isObject).reduce<JsonObject>((all, some) => ({ ...all, ...some }), {})
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

function depth(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value as object).map(part => depth(part as Json)))
}
