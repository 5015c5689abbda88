/** A page of the items of a response's input. */

import type { KeptItem } from '../../core/neutral/kept-items.ts'
import { itemList, type PageQuery } from '../shared/objects/item-lists.ts'

/** @returns the list in JSON; it is empty behind an item that is not there */
export function itemPage(items: readonly KeptItem[], { after, limit, order }: PageQuery): string {
  const all = order === 'asc' ? items : items.toReversed()
  const at = after === undefined ? -1 : all.findIndex(({ id }) => id === after)
  const rest = after !== undefined && at < 0 ? [] : all.slice(at + 1)
  return itemList(rest.slice(0, limit), rest.length > limit)
}
