/** Members below the top level that no reader has a rule for: there is no place for them in another dialect. */

import type { Losses } from './losses.ts'
import type { Members } from './members.ts'
import type { JsonObject } from './request.ts'

/** What may be a member of objects of one kind. */
export interface KnownMembers {
  /** What has a rule. */
  readonly read: ReadonlySet<string>
  /** What clients repeat with every call, and no answer depends on: dropped without being named. */
  readonly silent: ReadonlySet<string>
}

export function knownMembers(read: readonly string[], silent: readonly string[] = []): KnownMembers {
  return { read: new Set(read), silent: new Set(silent) }
}

/** Each is noted once, by its path without numbers: `messages.content.x`. @throws GatewayError 400 if translation is strict */
export function dropUnknown(holder: Members, known: KnownMembers, losses: Losses): void {
  for (const name in holder.json) if (!known.read.has(name)) drop(holder, name, known, losses)
}

/** The paths of those that a reply has in such objects; `undefined` if there are none. */
export function unknownPaths(at: string, objects: readonly JsonObject[], known: ReadonlySet<string>): readonly string[] | undefined {
  let paths: Set<string> | undefined
  for (const object of objects) for (const name in object) if (!known.has(name) && object[name] !== null) (paths ??= new Set()).add(`${at}.${name}`)
  return paths === undefined ? undefined : [...paths]
}

function drop(holder: Members, name: string, { silent }: KnownMembers, losses: Losses): void {
  if (holder.any(name) === undefined) return
  const param = holder.path(name)
  const field = param.replace(/\[\d+\]/g, '')
  if (losses.list.some(loss => loss.field === field)) return
  if (silent.has(name)) losses.silent(field, 'not repeated')
  else losses.drop(field, 'it has no place in another dialect', param)
}
