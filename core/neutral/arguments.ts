/** Tool arguments between text, as models write them, and objects, as some providers want them. */

import { isRaw, parseExactly, parseJson, tryJson } from './json.ts'
import type { Json, JsonObject } from './request.ts'

/** The arguments as an object: nothing is `{}`, another value is wrapped, what is no JSON is kept as text. */
export function argumentsObject(text: string): { readonly value: JsonObject; readonly isBroken: boolean } {
  if (text.trim() === '') return { value: {}, isBroken: false }
  const value = tryJson(text, parseExactly)
  if (value === undefined) return { value: { _invalid_json: text }, isBroken: true }
  return { value: isObject(value) ? value : { value }, isBroken: false }
}

/** The arguments as text: compact, members in their order. */
export function argumentsText(value: Json): string {
  return JSON.stringify(value)
}

/** The object that a text is in JSON; `undefined` if it is none. */
export function objectIn(text: string, parse = parseJson): JsonObject | undefined {
  if (!/^\s*\{/.test(text)) return undefined
  const value = tryJson(text, parse)
  return isObject(value) ? value : undefined
}

/** Whether a value is an object, and not raw JSON in the place of a number. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRaw(value)
}
