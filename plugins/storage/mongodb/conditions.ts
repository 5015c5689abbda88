/** A journal's filters as MongoDB takes them. A value that no row of the column can have finds nothing; it never reaches the database. */

import type { Document } from 'mongodb'
import type { Filter } from '../../../core/storage/journal.ts'
import type { JournalShape, ShapedColumn } from '../shared/definition.ts'
import { columnOf, fitting, spellings } from '../shared/sql/filters.ts'
import { encodeText } from '../shared/text.ts'
import { all, holds, isWithin, oneOf } from './filters.ts'
import { toField } from './layout.ts'

/** The ids of rows whose columns kept apart hold a text. */
export type FoundApart = ReadonlyMap<string, readonly string[]>

/** @throws TypeError if the filter names a column that pages do not list */
export function conditionOf(filter: Filter, shape: JournalShape, apart: FoundApart): Document {
  const { from, to, equals = {}, not = {}, within = {}, has = {}, search, any } = filter
  return all([
    ...(from === undefined ? [] : [{ timestamp: { $gte: Math.ceil(from) } }]),
    ...(to === undefined ? [] : [{ timestamp: { $lt: Math.ceil(to) } }]),
    ...Object.entries(equals).map(([name, value]) => equalsOne(columnOf(shape, name), [value].flat())),
    ...Object.entries(not).map(([name, value]) => differs(columnOf(shape, name), value)),
    ...Object.entries(within).flatMap(([name, path]) => isWithin(fieldOf(columnOf(shape, name)), path)),
    ...Object.entries(has).map(([name, text]) => hasText(columnOf(shape, name), text)),
    ...(search === undefined || search === '' ? [] : [holdsSomewhere(search, shape, apart)]),
    ...(any === undefined ? [] : [oneOf(any.map(one => conditionOf(one, shape, apart)))]),
  ])
}

/** All texts that a filter searches for. */
export function searchesOf({ search, any = [] }: Filter): readonly string[] {
  return [...(search === undefined || search === '' ? [] : [search]), ...any.flatMap(searchesOf)]
}

/** The field of a column. */
export function nameOf(column: string): string {
  return column === 'id' ? '_id' : column
}

/** Rows whose columns of these hold a text. */
export function holdingColumn(columns: readonly ShapedColumn[], search: string): readonly Document[] {
  return columns
    .filter(({ searched }) => searched)
    .flatMap(({ name, type }) => spellings(type, search.toLowerCase()).map(spelled => ({ [name]: holds(spelled) })))
}

function equalsOne(column: ShapedColumn, values: readonly unknown[]): Document {
  const encoded = values.map(value => fitting(column, value)).filter(value => value !== undefined)
  return { [fieldOf(column)]: { $in: encoded.map(value => toField(column, value)) } }
}

function differs(column: ShapedColumn, value: unknown): Document {
  const encoded = fitting(column, value)
  return encoded === undefined ? {} : { [fieldOf(column)]: { $ne: toField(column, encoded) } }
}

function hasText({ name, type }: ShapedColumn, text: string): Document {
  return type === 'texts' ? { [name]: { $eq: encodeText(text) } } : oneOf([])
}

function holdsSomewhere(search: string, { columns }: JournalShape, apart: FoundApart): Document {
  return oneOf([{ _id: holds(encodeText(search.toLowerCase())) }, ...holdingColumn(columns, search), { _id: { $in: [...(apart.get(search) ?? [])] } }])
}

function fieldOf({ name }: ShapedColumn): string {
  return nameOf(name)
}
