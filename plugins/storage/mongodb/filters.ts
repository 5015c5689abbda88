/** Filters as MongoDB takes them. What callers say only ever stands behind an operator, as its value. */

import type { Document } from 'mongodb'
import { encodeText } from '../shared/text.ts'

/** All of these; everything if there are none. */
export function all(conditions: readonly Document[]): Document {
  return conditions.length === 0 ? {} : { $and: [...conditions] }
}

/** One of these; nothing if there are none. */
export function oneOf(conditions: readonly Document[]): Document {
  return conditions.length === 0 ? { _id: { $in: [] } } : { $or: [...conditions] }
}

/** Whether a member has this user path, or one below it. Everything is below `/`. */
export function isWithin(member: string, path: string): readonly Document[] {
  if (path === '' || path === '/') return []
  const root = encodeText(path)
  // "0" follows "/": what begins with "/team/" lies between the two.
  return [{ $or: [{ [member]: { $eq: root } }, { [member]: { $gte: `${root}/`, $lt: `${root}0` } }] }]
}

/** Whether a member begins so. */
export function beginsWith(member: string, prefix: string): readonly Document[] {
  if (prefix === '') return []
  const end = following(prefix)
  return [{ [member]: { $gte: prefix, ...(end === undefined ? {} : { $lt: end }) } }]
}

/** MongoDB takes patterns of 32 kB. Of a longer text, its beginning is sought. */
const maxSought = 8_000

/** Whether a text holds another one, upper and lower case alike. */
export function holds(text: string): Document {
  return {
    $regex: text
      .slice(0, maxSought)
      .replace(/[\ud800-\udbff]$/, '')
      .replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`),
    $options: 'i',
  }
}

/** The first text behind all that begin so, by code points, as MongoDB compares; undefined if there is none. */
function following(prefix: string): string | undefined {
  const points = [...prefix]
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const point = last.codePointAt(0) ?? 0
    if (point < 0x10_ffff) return points.join('') + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1)
  }
  return undefined
}
