/** JSON that is taken apart and put together again without a number changing. */

import type { Json } from './request.ts'

/**
 * A number that a double may not keep: more digits in a row, or around a point, than it surely has; a power beyond its reach. It stands where numbers begin:
 * a quarter of all ids in hexadecimal digits has something like `3e901` in it, and reading a text that may hold such numbers takes six times as long.
 */
const longNumber = /(?<![^\s:,[-]|[^\s:,[]-)\d(?:\d{15}|\d*\.\d{16}|\d{7,}\.\d{7}|\d*(?:\.\d+)?[eE][+-]?\d{3})/

/**
 * Like `JSON.parse`; numbers that a double does not keep, as integers beyond 2^53, become raw JSON, which `JSON.stringify` spells as they were. A member `__proto__`
 * is plain data.
 * @throws SyntaxError
 */
export function parseJson(text: string): Json {
  return JSON.parse(text, longNumber.test(text) ? keepLongNumbers : undefined) as Json
}

/**
 * A number that JavaScript would spell otherwise, or may not keep: also a fraction that ends in 0 or begins with many, a power of ten, a negative zero. It stands
 * where values stand, so that few texts in strings look like it.
 */
const respelledNumber =
  /\d(?<=(?:^|[:,[])\s*-?\d)(?:\d{15}|\d*\.\d{16}|\d{7,}\.\d{7}|(?<=0)\.0{6}|(?:\d*(?:\.\d+)?[eE][+-]?\d+|\d*\.\d*0|(?<=-0))\s*(?:[,\]}]|$))/

/** Whether `parseExactly` may read a text otherwise than `parseJson` does. */
export function hasRespelled(text: string): boolean {
  return respelledNumber.test(text)
}

/** Like `parseJson`; all numbers that `JSON.stringify` would spell otherwise become raw JSON, as `1.0`: for what is passed on, and for who reads numbers as `Members` does. */
export function parseExactly(text: string): Json {
  return JSON.parse(text, hasRespelled(text) ? keepSpelling : undefined) as Json
}

function keepSpelling(_name: string, value: unknown, { source }: { source?: string } = {}): unknown {
  return typeof value !== 'number' || source === undefined || String(value) === source ? value : rawJson(source)
}

function keepLongNumbers(_name: string, value: unknown, { source }: { source?: string } = {}): unknown {
  if (typeof value !== 'number' || source === undefined || !longNumber.test(source) || String(value) === source) return value
  return rawJson(source)
}

/** The same for a text that may be no JSON: then `undefined`. */
export function tryJson(text: string, parse = parseJson): Json | undefined {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

/** A value that `JSON.stringify` spells just so. */
export function rawJson(source: string): Json {
  return (JSON as unknown as { rawJSON(text: string): Json }).rawJSON(source)
}

/** Whether a value is a number that stayed as it was spelled. */
export function isRaw(value: unknown): boolean {
  return (JSON as unknown as { isRawJSON(value: unknown): boolean }).isRawJSON(value)
}
