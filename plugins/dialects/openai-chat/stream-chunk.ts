/** What a chunk of a stream holds. */

import type { JsonDocument, JsonNode } from '../../../core/document/document.ts'

const nothing: readonly never[] = []

export function choices(document: JsonDocument): readonly JsonNode[] {
  return items(document.root.get('choices'))
}

export function items(list: JsonNode | undefined): readonly JsonNode[] {
  return list?.items() ?? nothing
}

export function indexOf(node: JsonNode, otherwise = 0): number {
  const index = node.get('index')?.value()
  return typeof index === 'number' ? index : otherwise
}

export function isText(node: JsonNode | undefined): boolean {
  return node?.kind === 'string' && node.json() !== '""'
}

export function isFinished(choice: JsonNode): boolean {
  return isText(choice.get('finish_reason'))
}
