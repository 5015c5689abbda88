/** A journal as it stands in a database once a program has opened it: columns of other versions of the program stay. */

import type { JournalShape, ShapedColumn } from './definition.ts'

export function joined(shape: JournalShape, before: JournalShape): JournalShape {
  return { ...shape, columns: joinedColumns(shape.columns, before.columns), apart: joinedColumns(shape.apart, before.apart) }
}

function joinedColumns(columns: readonly ShapedColumn[], before: readonly ShapedColumn[]): readonly ShapedColumn[] {
  const kept = before.map(there => ({ ...there, ...named(columns, there), indexed: there.indexed || named(columns, there)?.indexed === true }))
  return [...kept, ...columns.filter(column => named(before, column) === undefined)]
}

/** The column of the same name. */
export function named(columns: readonly ShapedColumn[], { name }: ShapedColumn): ShapedColumn | undefined {
  return columns.find(column => column.name === name)
}

/** Whether two shapes, or parts of them, are equal. */
export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
