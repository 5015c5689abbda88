/** Whether a schema is of the kind that providers with strict output take: closed objects, of which every property is required. */

import type { Json } from '../../../core/index.ts'
import { isObject } from '../../../core/neutral/arguments.ts'

const maps = ['properties', '$defs', 'definitions']
const lists = ['anyOf', 'allOf', 'prefixItems']

export function meetsStrictRules(schema: Json): boolean {
  if (!isObject(schema)) return false
  const { type, properties, required, additionalProperties, oneOf } = schema
  if (oneOf !== undefined) return false
  const names = isObject(properties) ? Object.keys(properties) : []
  const isClosed = additionalProperties === false && names.every(name => Array.isArray(required) && required.includes(name))
  if ((type === 'object' || properties !== undefined) && !isClosed) return false
  return inner(schema).every(meetsStrictRules)
}

function inner(schema: { readonly [name: string]: Json }): readonly Json[] {
  const named = maps.flatMap(name => (isObject(schema[name]) ? Object.values(schema[name]) : []))
  const listed = lists.flatMap((name): readonly Json[] => (Array.isArray(schema[name]) ? schema[name] : []))
  return [...named, ...listed, ...(schema['items'] === undefined ? [] : [schema['items']])]
}
