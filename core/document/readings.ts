/** Small readings of nodes that may be absent, or other than they should be. */

import { JsonError } from './json-error.ts'
import type { JsonNode } from './node.ts'

/** A member that says something: neither absent nor null. */
export function said(node: JsonNode | undefined, name: string): JsonNode | undefined {
  const member = node?.get(name)
  return member === undefined || member.kind === 'null' ? undefined : member
}

/** A string; one that cannot be decoded is as good as none. */
export function stringOf(node: JsonNode | undefined): string | undefined {
  if (node?.kind !== 'string') return undefined
  try {
    return node.string()
  } catch (cause) {
    if (cause instanceof JsonError) return undefined
    throw cause
  }
}

/** Whether an array holds nothing, told from its first bytes: it may be long, and nobody has asked for its items. */
export function isEmptyArray({ start }: JsonNode, bytes: Buffer): boolean {
  let at = start + 1
  while ((bytes[at] ?? 0x5d) <= 0x20) at++
  return bytes[at] === 0x5d
}
