/** Members of objects in a caller's body, checked as they are read. */

import { gatewayError, type GatewayError } from '../errors.ts'
import { isObject } from './arguments.ts'
import { isRaw } from './json.ts'
import type { Json, JsonObject } from './request.ts'

/** An object and its place in the caller's body. `null` counts as absent; another type than the one asked for is refused. */
export class Members {
  readonly json: JsonObject
  /** Its path, for errors: `messages[0]`; empty for the body itself. */
  readonly at: string

  constructor(json: JsonObject, at = '') {
    this.json = json
    this.at = at
  }

  /** @throws GatewayError 400 if `value` is no object */
  static of(value: Json | undefined, at: string): Members {
    if (isObject(value)) return new Members(value, at)
    throw wrongType(at, 'an object')
  }

  /** The path of a member. */
  path(name: string): string {
    return this.at === '' ? name : `${this.at}.${name}`
  }

  any(name: string): Json | undefined {
    const value = Object.hasOwn(this.json, name) ? this.json[name] : undefined
    return value === null ? undefined : value
  }

  text(name: string): string | undefined {
    const value = this.any(name)
    if (value === undefined || typeof value === 'string') return value
    throw wrongType(this.path(name), 'a string')
  }

  /** The nearest that JavaScript can hold. */
  number(name: string): number | undefined {
    const value = this.exactNumber(name)
    return typeof value === 'object' ? Number(JSON.stringify(value)) : value
  }

  /** One that JavaScript cannot hold stays raw JSON: it can be written, not counted with. */
  exactNumber(name: string): number | undefined {
    const value = this.any(name)
    if (value === undefined || typeof value === 'number' || isRaw(value)) return value as number | undefined
    throw wrongType(this.path(name), 'a number')
  }

  flag(name: string): boolean | undefined {
    const value = this.any(name)
    if (value === undefined || typeof value === 'boolean') return value
    throw wrongType(this.path(name), 'a boolean')
  }

  /** A text that must be there, and not empty. @throws GatewayError 400 */
  filled(name: string): string {
    const value = this.text(name)
    if (value !== undefined && value !== '') return value
    throw missing(this.path(name))
  }

  /** An object that must be there. @throws GatewayError 400 */
  inside(name: string): Members {
    return Members.of(this.any(name), this.path(name))
  }

  object(name: string): Members | undefined {
    const value = this.any(name)
    return value === undefined ? undefined : Members.of(value, this.path(name))
  }

  list(name: string): readonly Json[] | undefined {
    const value = this.any(name)
    if (value === undefined || Array.isArray(value)) return value
    throw wrongType(this.path(name), 'an array')
  }

  /** A list of objects, each with its place. */
  objects(name: string): readonly Members[] {
    return this.list(name)?.map((item, index) => Members.of(item, `${this.path(name)}[${index}]`)) ?? []
  }

  texts(name: string): readonly string[] | undefined {
    return this.list(name)?.map((item, index) => {
      if (typeof item === 'string') return item
      throw wrongType(`${this.path(name)}[${index}]`, 'a string')
    })
  }

  /** All members but these, as they were spelled. */
  rest(known: ReadonlySet<string>): JsonObject {
    return restOf(this.json, known) ?? {}
  }
}

/** All members but these; undefined if there are none. */
export function restOf(json: JsonObject, known: ReadonlySet<string>): JsonObject | undefined {
  const others = Object.keys(json).filter(name => !known.has(name))
  return others.length === 0 ? undefined : Object.fromEntries(others.map(name => [name, json[name] as Json]))
}

/** An object with further members behind its own, which they do not replace. */
export function withFurther(own: JsonObject, further: JsonObject | undefined): JsonObject {
  return further === undefined ? own : { ...own, ...further, ...own }
}

export function wrongType(at: string, wanted: string): GatewayError {
  return gatewayError('invalid_type', `${at} must be ${wanted}`, { param: at })
}

/** What must be there is not. */
export function missing(at: string): GatewayError {
  return gatewayError('missing_required_parameter', `${at} is required`, { param: at })
}

/** Leaves out members that are `undefined`. */
export function defined<T extends object>(members: { readonly [K in keyof T]: T[K] | undefined }): T {
  const kept: Record<string, unknown> = {}
  for (const name in members) if (members[name] !== undefined) kept[name] = members[name]
  return kept as T
}
