/** Items of a Responses request that are named by their ids instead of being said. */

import type { JsonDocument, JsonNode } from '../../../core/document/document.ts'
import { said, stringOf } from '../../../core/document/readings.ts'
import { Words } from '../../../core/document/words.ts'

export interface ItemReference {
  readonly id: string
  readonly item: JsonNode
  /** Where it is in `input`. */
  readonly index: number
}

/** The name that every reference has, and the letters of it as JSON may escape them. */
const idMember = new Words('"id"', '\\u0069', '\\u0064')

/** The references in `input`. A body that names no id is not looked into. */
export function itemReferences({ bytes, root }: JsonDocument): readonly ItemReference[] {
  if (!idMember.areIn(bytes)) return []
  return (root.get('input')?.items() ?? []).flatMap((item, index) => {
    const id = isReference(item) ? stringOf(item.get('id')) : undefined
    return id === undefined ? [] : [{ id, item, index }]
  })
}

/** The type of a reference may be left out: then it is one for saying nothing. */
function isReference(item: JsonNode): boolean {
  const type = said(item, 'type')
  if (type !== undefined) return stringOf(type) === 'item_reference'
  return said(item, 'role') === undefined || said(item, 'content') === undefined
}
