/** Small readings of JSON nodes. */

import { stringOf } from '../../../core/document/readings.ts'
import type { JsonNode } from '../../../core/index.ts'

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
