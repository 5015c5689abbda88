/** What a journal's definition means for a store: its names checked, its columns sorted by where they stand. */

import type { Column, ColumnType, JournalDefinition, JournalRow } from '../../../core/storage/journal.ts'

export interface ShapedColumn {
  readonly name: string
  readonly type: ColumnType
  readonly indexed: boolean
  readonly searched: boolean
}

/** Plain data, so that it can be sent to a worker. */
export interface JournalShape {
  readonly name: string
  /** What pages list, `id` and `timestamp` aside. */
  readonly columns: readonly ShapedColumn[]
  /** What is kept apart from that. */
  readonly apart: readonly ShapedColumn[]
  readonly rollup: RollupShape | undefined
}

export interface RollupShape {
  readonly dimensions: readonly ShapedColumn[]
  readonly measures: readonly ShapedColumn[]
  /** Sums are kept by each of these sets of dimensions. The first is that of all. */
  readonly parts: readonly (readonly string[])[]
}

const namePattern = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/
/** What databases leave of the 63 characters of a name, once an index has said what it is. */
const maxNameLength = 28

/** @throws TypeError if it cannot be kept */
export function shapeOf<Row extends JournalRow>({ name, columns, rollup }: JournalDefinition<Row>): JournalShape {
  checkName(name)
  const shaped = Object.entries<Column>(columns).map(([column, { type, indexed = false, searched = false }]) => ({
    name: checkColumn(name, column),
    type,
    indexed,
    searched,
  }))
  const isApart = ({ name: column }: ShapedColumn) => (columns as Readonly<Record<string, Column>>)[column]?.apart === true
  const main = shaped.filter(column => !isApart(column))
  return { name, columns: main, apart: shaped.filter(isApart), rollup: rollup === undefined ? undefined : rollupOf(name, main, rollup) }
}

/** Names of collections, journals and columns. @throws TypeError */
export function checkName(name: string): string {
  if (!namePattern.test(name) || name.length > maxNameLength)
    throw new TypeError(`${JSON.stringify(name)} is no name for a store: lower-case words joined by "_", up to ${maxNameLength} characters`)
  return name
}

/** Names of members that documents are sought by. @throws TypeError */
export function checkMember(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new TypeError(`${JSON.stringify(name)} is no member that documents can be sought by: letters, digits and "_"`)
  return name
}

function checkColumn(journal: string, column: string): string {
  if (column === 'id' || column === 'timestamp') throw new TypeError(`the journal ${journal} has a column "${column}" without naming it`)
  return checkName(column)
}

interface AskedRollup {
  readonly dimensions: readonly string[]
  readonly measures: readonly string[]
  readonly often?: readonly (readonly string[])[]
}

function rollupOf(journal: string, columns: readonly ShapedColumn[], { dimensions, measures, often = [] }: AskedRollup): RollupShape {
  const find = (name: string) => {
    const column = columns.find(column => column.name === name)
    if (column === undefined) throw new TypeError(`the journal ${journal} sums by "${name}", which is no column that its pages list`)
    return column
  }
  const [groups, sums] = [dimensions.map(find), measures.map(find)]
  const odd = groups.find(({ type }) => type === 'json' || type === 'real') ?? sums.find(({ type }) => type !== 'integer' && type !== 'real')
  if (odd !== undefined) throw new TypeError(`the journal ${journal} cannot keep sums with ${odd.name}, which is ${odd.type}`)
  for (const name of often.flat()) if (!dimensions.includes(name)) throw new TypeError(`the journal ${journal} often sums by "${name}", which is no dimension`)
  return { dimensions: groups, measures: sums, parts: [dimensions, ...often.map(part => dimensions.filter(name => part.includes(name)))] }
}
