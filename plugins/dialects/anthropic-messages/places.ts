/** Small readings of JSON nodes. */

import type { JsonNode } from '../../../core/index.ts'

/** A string; one that cannot be decoded is as good as none. */
export function stringOf(node: JsonNode | undefined): string | undefined {
  if (node?.kind !== 'string') return undefined
  try {
    return node.string()
  } catch {
    return undefined
  }
}

export function typeOf(node: JsonNode | undefined): string {
  return stringOf(node?.get('type')) ?? ''
}

export function indexOf(node: JsonNode | undefined): number {
  const index = node?.get('index')?.value()
  return typeof index === 'number' ? index : 0
}

/** The string member of that name. */
export function textAt(node: JsonNode | undefined, name: string): JsonNode | undefined {
  const member = node?.get(name)
  return member?.kind === 'string' ? member : undefined
}
