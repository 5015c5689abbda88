/** Members of a provider's JSON: `null` is as good as absent, another type than expected is the provider's fault. */

import { gatewayError, type Json, type JsonObject } from '../../../core/index.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import { isRaw } from '../../../core/neutral/json.ts'

export function textIn(object: JsonObject, name: string): string | undefined {
  const value = object[name]
  if (typeof value === 'string' || value === undefined) return value
  return wrong(value, name, 'a text')
}

export function countIn(object: JsonObject, name: string): number | undefined {
  const value = object[name]
  if (typeof value === 'number' || value === undefined) return value
  if (isRaw(value)) return Number(JSON.stringify(value))
  return wrong(value, name, 'a number')
}

export function objectIn(object: JsonObject, name: string): JsonObject | undefined {
  const value = object[name]
  if (isObject(value) || value === undefined) return value
  return wrong(value, name, 'an object')
}

export function objectsIn(object: JsonObject, name: string): readonly JsonObject[] {
  const value = object[name]
  if (value === undefined) return []
  if (Array.isArray(value) && value.every(isObject)) return value
  return wrong(value, name, 'a list of objects') ?? []
}

function wrong(value: Json, name: string, wanted: string): undefined {
  if (value !== null) throw gatewayError('bad_upstream_response', `the provider's ${name} is not ${wanted}`)
}
