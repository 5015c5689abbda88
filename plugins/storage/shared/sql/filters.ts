/** Filters as conditions. A value that no row of the column can have finds nothing; it never reaches the database. */

import type { Filter } from '../../../../core/storage/journal.ts'
import type { JournalShape, ShapedColumn } from '../definition.ts'
import { encodeValue, type Value } from '../row-codec.ts'
import { borderOf } from '../slots.ts'
import { encodeJson, encodeText } from '../text.ts'
import type { Dialect } from './database.ts'
import { isWithin } from './paths.ts'
import { and, name, or, sql, type Sql } from './sql.ts'
import { apartTable } from './names.ts'

/** Where the columns of a filter stand. */
export interface FilterContext {
  readonly dialect: Dialect
  readonly shape: JournalShape
  column(name: string): Sql
  /** Whether the columns have their indexes there. */
  readonly isIndexed: boolean
}

const never = or([])

/** @throws TypeError if the filter names a column that pages do not list */
export function conditionOf(filter: Filter, deps: FilterContext): Sql {
  const { from, to, equals = {}, not = {}, within = {}, has = {}, search, any } = filter
  return and([
    ...(from === undefined ? [] : [sql`${deps.column('timestamp')} >= ${borderOf(from)}`]),
    ...(to === undefined ? [] : [sql`${deps.column('timestamp')} < ${borderOf(to)}`]),
    ...Object.entries(equals).map(([column, value]) =>
      equalsOne(columnOf(deps.shape, column), Array.isArray(value) ? (value as readonly unknown[]) : [value], deps),
    ),
    ...Object.entries(not).map(([column, value]) => differs(columnOf(deps.shape, column), value, deps)),
    ...Object.entries(within).map(([column, path]) => isWithin(deps.column(columnOf(deps.shape, column).name), path)),
    ...Object.entries(has).map(([column, text]) => hasText(columnOf(deps.shape, column), text, deps)),
    ...(search === undefined || search === '' ? [] : [holdsSomewhere(search, deps)]),
    ...(any === undefined ? [] : [or(any.map(one => conditionOf(one, deps)))]),
  ])
}

/** Columns that a filter asks for, `timestamp` aside. */
export function columnsOf({ equals = {}, not = {}, within = {}, has = {}, any = [] }: Filter): readonly string[] {
  return [...[equals, not, within, has].flatMap(part => Object.keys(part)), ...any.flatMap(columnsOf)]
}

export function columnOf({ name: journal, columns }: JournalShape, column: string): ShapedColumn {
  if (column === 'id') return { name: 'id', type: 'text', indexed: false, searched: true }
  const found = columns.find(({ name }) => name === column)
  if (found === undefined) throw new TypeError(`the journal ${journal} has no column ${JSON.stringify(column)} to filter by`)
  return found
}

function equalsOne(column: ShapedColumn, values: readonly unknown[], deps: FilterContext): Sql {
  const place = deps.column(column.name)
  const encoded = values.map(value => fitting(column, value))
  const conditions = encoded
    .filter(value => value !== undefined && value !== null)
    .map(value => (deps.isIndexed && column.indexed ? deps.dialect.equals(place, column.type, value) : sql`${place} = ${value}`))
  return or(encoded.includes(null) ? [sql`${place} IS NULL`, ...conditions] : conditions)
}

function differs(column: ShapedColumn, value: unknown, { column: place }: FilterContext): Sql {
  const encoded = fitting(column, value)
  if (encoded === undefined) return and([])
  return encoded === null ? sql`${place(column.name)} IS NOT NULL` : sql`${place(column.name)} IS NULL OR ${place(column.name)} <> ${encoded}`
}

/** @returns undefined for what no row can have */
export function fitting(column: ShapedColumn, value: unknown): Value | undefined {
  if (value === null) return null
  if (column.type === 'integer' && !Number.isSafeInteger(value)) return undefined
  return encodeValue(column, value) ?? undefined
}

function hasText(column: ShapedColumn, text: string, { dialect, column: place }: FilterContext): Sql {
  if (column.type !== 'texts') return never
  // The first condition is implied by the second, and far cheaper.
  return sql`${dialect.contains(place(column.name), encodeJson(text) ?? '')} AND EXISTS (SELECT 1 FROM ${dialect.texts(place(column.name), 'h')} WHERE ${name('h', 'value')} = ${encodeText(text)})`
}

function holdsSomewhere(search: string, deps: FilterContext): Sql {
  const { dialect, shape } = deps
  const needle = search.toLowerCase()
  const inColumns = (columns: readonly ShapedColumn[], place: (name: string) => Sql) =>
    columns.filter(({ searched }) => searched).flatMap(({ name, type }) => spellings(type, needle).map(spelled => dialect.holds(place(name), spelled)))
  const apart = inColumns(shape.apart, column => name('a', column))
  return or([
    dialect.holds(deps.column('id'), encodeText(needle)),
    ...inColumns(shape.columns, deps.column),
    ...(apart.length === 0
      ? []
      : [sql`EXISTS (SELECT 1 FROM ${name(apartTable(shape))} AS a WHERE ${name('a', 'id')} = ${deps.column('id')} AND (${or(apart)}))`]),
  ])
}

/** How a text stands in a column; in JSON also as it stands within quotes. */
export function spellings(type: ShapedColumn['type'], needle: string): readonly string[] {
  if (type !== 'json' && type !== 'texts') return [encodeText(needle)]
  return [...new Set([encodeText(needle), (encodeJson(needle) ?? '').slice(1, -1)])]
}
