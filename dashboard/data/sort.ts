/** What is read in the cells of a table, to sort and to save them by. */

import { isValidElement, type ComponentChildren } from 'preact'
import { amountIn } from './words.ts'

/** Nothing where it is undefined. */
export type CellValue = string | number | undefined

/** @param number whether the amount is meant that the cell begins with */
export function valueIn(cell: ComponentChildren, number: boolean): CellValue {
  const text = textIn(cell).replaceAll(/\s+/g, ' ').trim()
  if (text === '' || text === '–') return undefined
  return number ? amountIn(text) : text
}

/** Of a part without children, what it is made of. */
function textIn(cell: ComponentChildren): string {
  if (Array.isArray(cell)) return cell.map(part => textIn(part as ComponentChildren)).join('')
  if (isValidElement(cell)) {
    const props = cell.props as Readonly<Record<string, unknown>>
    const parts = 'children' in props || typeof cell.type === 'string' ? [props['children']] : Object.values(props)
    return ` ${textIn(parts.filter(part => typeof part !== 'function') as ComponentChildren)} `
  }
  return typeof cell === 'string' || typeof cell === 'number' ? String(cell) : ''
}

const words = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

/** Rows without a value stand last, either way. @param valueOf is asked once for each */
export function sorted<Row>(rows: readonly Row[], valueOf: (row: Row) => CellValue, descending: boolean): readonly Row[] {
  return rows
    .map(row => ({ row, value: valueOf(row) }))
    .toSorted(({ value: one }, { value: other }) => {
      if (one === undefined || other === undefined) return Number(one === undefined) - Number(other === undefined)
      const difference = typeof one === 'number' && typeof other === 'number' ? one - other : words.compare(String(one), String(other))
      return descending ? -difference : difference
    })
    .map(({ row }) => row)
}
