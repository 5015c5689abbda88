/** A JSON Schema without references. */

import { isTree } from '../pointer.ts'

/** @param definitions what `#/$defs/…`, or another reference as it is written, refers to; none may contain itself */
export function inlined(node: unknown, definitions: Readonly<Record<string, unknown>>): unknown {
  if (Array.isArray(node)) return node.map(item => inlined(item, definitions))
  if (!isTree(node)) return node
  const { $ref, title: _, ...rest } = node
  if (typeof $ref === 'string') return inlined(definitions[$ref.replace('#/$defs/', '')], definitions)
  return Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, inlined(value, definitions)]))
}
