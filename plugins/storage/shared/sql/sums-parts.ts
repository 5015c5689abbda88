/** Which of the kept sums answer a question. */

import type { Filter } from '../../../../core/storage/journal.ts'
import type { JournalShape } from '../definition.ts'
import { columnsOf } from './filters.ts'

/** The part of the sums with the fewest dimensions; undefined if none will do. */
export function partOf({ rollup }: JournalShape, filter: Filter, by: readonly string[], measures: readonly string[]): number | undefined {
  if (rollup === undefined || (filter.any ?? []).some(usesTime) || usesSearch(filter)) return undefined
  if (!measures.every(measure => rollup.measures.some(({ name }) => name === measure))) return undefined
  const needed = [...by, ...columnsOf(filter)]
  const able = [...rollup.parts.entries()].filter(([, names]) => needed.every(column => names.includes(column)))
  return able.sort(([, one], [, other]) => one.length - other.length)[0]?.[0]
}

function usesTime({ from, to, any = [] }: Filter): boolean {
  return from !== undefined || to !== undefined || any.some(usesTime)
}

function usesSearch({ search, any = [] }: Filter): boolean {
  return (search !== undefined && search !== '') || any.some(usesSearch)
}
