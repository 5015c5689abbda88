/** Where the parts of a journal stand in the database, and rows as MongoDB's documents. Names that begin with `_` are the store's own. */

import type { Document } from 'mongodb'
import type { JournalShape, ShapedColumn } from '../shared/definition.ts'
import type { Value } from '../shared/row-codec.ts'

/** Which batch a row was last written by, and what the kept sums must know of it. */
export interface Mark {
  readonly writer: string
  readonly number: number
  /** The row as it was, if the batch changed it. */
  readonly before?: Document
  /** The batch deletes it. Nobody sees it any more. */
  readonly gone?: true
}

export interface RowDocument extends Document {
  readonly _id: string
  readonly timestamp: number
  readonly _mark?: Mark
}

export const collectionNames = (journal: string) => ({
  rows: `tapline_${journal}`,
  apart: `tapline_${journal}_apart`,
  sums: `tapline_${journal}_sums`,
  writers: `tapline_${journal}_writers`,
})

/** The fields of a row's columns; those without a value are left out. */
export function toFields(columns: readonly ShapedColumn[], values: readonly Value[]): Document {
  return Object.fromEntries(
    columns.flatMap((column, index) => {
      const value = values[index] ?? null
      return value === null ? [] : [[column.name, toField(column, value)]]
    }),
  )
}

/** A list of texts is kept as one. */
export function toField({ type }: Pick<ShapedColumn, 'type'>, value: Value): unknown {
  return type === 'texts' && value !== null ? (JSON.parse(String(value)) as unknown) : value
}

export function toRow({ columns }: JournalShape, [id, timestamp, ...values]: readonly Value[]): RowDocument {
  return { _id: String(id), timestamp: Number(timestamp), ...toFields(columns, values) }
}

export function toValues(columns: readonly ShapedColumn[], document: Document | undefined): readonly Value[] {
  return columns.map(({ name, type }): Value => {
    const value: unknown = document?.[name] ?? null
    return type === 'texts' && value !== null ? JSON.stringify(value) : (value as Value)
  })
}

/** `id`, `timestamp`, and the columns of the shape. */
export function toMain({ columns }: JournalShape, document: Document): readonly Value[] {
  return [document['_id'] as string, document['timestamp'] as number, ...toValues(columns, document)]
}
