/** Members below the top level that no reader has a rule for: there is no place for them in another dialect. */

import { isObject } from './arguments.ts'
import { hasRespelled, parseExactly } from './json.ts'
import type { Losses } from './losses.ts'
import { Members, restOf } from './members.ts'
import type { Json, JsonObject } from './request.ts'

/** What may be a member of objects of one kind. */
export interface KnownMembers {
  /** What has a rule. */
  readonly read: ReadonlySet<string>
  /** What clients repeat with every call, and no answer depends on: dropped without being named. */
  readonly silent: ReadonlySet<string>
  /** What is known of the objects that members of these names are, or are lists of. */
  readonly inside: KnownInside
}

export type KnownInside = readonly (readonly [name: string, known: KnownMembers])[]

/** @param inside the members that have a rule, and are objects or lists of objects with members of their own */
export function knownMembers(read: readonly string[], silent: readonly string[] = [], inside: Readonly<Record<string, KnownMembers>> = {}): KnownMembers {
  return { read: new Set([...read, ...Object.keys(inside)]), silent: new Set(silent), inside: Object.entries(inside) }
}

/** Each is noted once, by its path without numbers: `messages.content.x`. @throws GatewayError 400 if translation is strict */
export function dropUnknown(holder: Members, known: KnownMembers, losses: Losses): void {
  for (const name in holder.json) if (!known.read.has(name)) drop(holder, name, known, losses)
  dropUnknownInside(holder, known.inside, losses)
}

/** The same of those objects alone, for a holder whose own further members go on. */
export function dropUnknownInside(holder: Members, inside: KnownInside, losses: Losses): void {
  for (const [name, known] of inside) {
    const value = holder.any(name)
    if (value !== undefined) dropUnknownOf(value, holder.path(name), known, losses)
  }
}

function dropUnknownOf(value: Json, at: string, known: KnownMembers, losses: Losses): void {
  if (isObject(value)) dropUnknown(new Members(value, at), known, losses)
  else if (Array.isArray(value)) value.forEach((item: Json, index) => dropUnknownOf(item, `${at}[${index}]`, known, losses))
}

/** The paths of those that a reply has in such objects; `undefined` if there are none. */
export function unknownPaths(at: string, objects: readonly JsonObject[], known: ReadonlySet<string>): readonly string[] | undefined {
  const paths = new Set<string>()
  for (const object of objects) addUnknown(paths, at, object, known)
  return paths.size === 0 ? undefined : [...paths]
}

/** Adds the paths of those that an object of an answer has. */
export function addUnknown(paths: Set<string>, at: string, object: JsonObject, known: ReadonlySet<string>): void {
  for (const name in object) if (!known.has(name) && object[name] !== null) paths.add(`${at}.${name}`)
}

/**
 * All members but the known ones of an object in an event, with their numbers as they were spelled; undefined if there are none.
 * @param data the event, in JSON
 * @param at the names of the members that lead to the object
 */
export function furtherIn(data: string, object: JsonObject, known: ReadonlySet<string>, ...at: readonly string[]): JsonObject | undefined {
  const further = restOf(object, known)
  if (further === undefined || !Object.values(further).some(mayHoldNumbers) || !hasRespelled(data)) return further
  const exact = at.reduce<Json | undefined>((value, name) => (isObject(value) ? value[name] : undefined), parseExactly(data))
  return isObject(exact) ? restOf(exact, known) : further
}

function mayHoldNumbers(value: Json): boolean {
  return typeof value === 'number' || (typeof value === 'object' && value !== null)
}

/** What nobody here knows of a streamed answer as a whole: a stream says some of it with its first event, some later. */
export class StreamedExtras {
  #first: JsonObject | undefined
  #later: JsonObject | undefined

  /** @returns what the first event said */
  begin(extras: JsonObject | undefined): JsonObject | undefined {
    this.#first = extras
    return extras
  }

  /** Said by a later event, or by the first one again. */
  add(extras: JsonObject | undefined): void {
    if (extras !== undefined) this.#later = { ...this.#later, ...extras }
  }

  /** What the first event did not say so; undefined if there is nothing. */
  get late(): JsonObject | undefined {
    const fresh = Object.entries(this.#later ?? {}).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(this.#first?.[name]))
    return fresh.length === 0 ? undefined : Object.fromEntries(fresh)
  }
}

function drop(holder: Members, name: string, { silent }: KnownMembers, losses: Losses): void {
  if (holder.any(name) === undefined) return
  const param = holder.path(name)
  const field = param.replace(/\[\d+\]/g, '')
  if (losses.list.some(loss => loss.field === field)) return
  if (silent.has(name)) losses.silent(field, 'not repeated')
  else losses.drop(field, 'it has no place in another dialect', param)
}
