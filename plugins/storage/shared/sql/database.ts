/** What the stores that speak SQL ask of a database, and where its SQL differs from another's. */

import type { Value } from '../row-codec.ts'
import type { Segment, SlotSegment } from '../slots.ts'
import type { ColumnType } from '../../../../core/storage/journal.ts'
import type { Sql } from './sql.ts'

export type Row = Readonly<Record<string, Value>>

/** Rows that are put into a table by one statement. */
export interface Insert {
  readonly table: string
  readonly columns: readonly { readonly name: string; readonly type: StoredType }[]
  /** What stands behind ON CONFLICT. */
  readonly onConflict: Sql
}

/** `sum` is a number with a fraction, however whole it is. */
export type StoredType = ColumnType | 'sum'

export interface Dialect {
  /** The type of a column. */
  type(type: StoredType): Sql
  /**
   * Makes a table that is read by its primary key alone, stretch by stretch, and whose rows are written again and again.
   * @param definition of the table, between its parentheses
   * @param parts for each `part`, from 0 on, the values of `length`: what has the same part and length is read together
   */
  stretches(table: string, definition: Sql, parts: readonly (readonly number[])[]): readonly Sql[]
  /** The type of a primary key that counts upwards, and never gives a number twice. */
  readonly counter: Sql
  /** Said first in a transaction that puts rows into a table; undefined where there is one such transaction at a time. */
  appending(table: string): Sql | undefined
  /** Waits for all transactions that have said so. */
  appended(table: string): Sql | undefined
  /** Said behind rows that are read to be changed. */
  readonly forUpdate: Sql
  /** Said where OFFSET stands without LIMIT. */
  readonly noLimit: Sql
  /** A number as one with a fraction, whose sums never overflow. */
  fraction(number: Sql): Sql
  /** Whether a text equals one of these; any number of them. */
  isOneOf(text: Sql, values: readonly string[]): Sql
  /** Equality that an index on the column can serve, however long the values are. */
  equals(column: Sql, type: StoredType, value: Value): Sql
  /** What an index on the column holds. */
  indexed(column: Sql, type: StoredType): Sql
  /** Whether a text holds another one. @param needle in lower case */
  holds(text: Sql, needle: string): Sql
  /** The same, upper and lower case apart. */
  contains(text: Sql, needle: string): Sql
  /** The JSON text of a member at the top of a document. */
  member(document: Sql, member: string): Sql
  /** A table whose column `value` holds the texts of a JSON array. */
  texts(json: Sql, alias: string): Sql
  /** The largest of `timestamp` and `id`, as a text of sixteen digits and the id. */
  newest(timestamp: Sql, id: Sql): Sql
  /** Runs a query for each segment: its rows, and `period`. @param query is given the segment's columns */
  forEachSegment(segments: readonly (Segment | SlotSegment)[], query: (segment: (column: keyof SlotSegment) => Sql) => GroupedQuery): Sql
}

export interface GroupedQuery {
  readonly columns: readonly Sql[]
  readonly from: Sql
  readonly where: Sql
  readonly groupBy: readonly Sql[]
}

/** How long an answer is waited for. */
export type Patience = 'lookup' | 'question' | 'write'

export const patienceMs: Readonly<Record<Patience, number>> = { lookup: 5_000, question: 25_000, write: 30_000 }

/** Runs statements: each by itself, or all in one transaction. */
export interface Connection {
  /** @returns the rows */
  ask(statement: Sql, patience: Patience): Promise<readonly Row[]>
  /** @returns how many rows changed */
  change(statement: Sql): Promise<number>
  /** @returns the first column of the rows that were put in or changed */
  insert(insert: Insert, rows: readonly (readonly Value[])[]): Promise<readonly Value[]>
  /** Statements without parameters. */
  define(statements: string): Promise<void>
  hasTable(table: string): Promise<boolean>
}

export interface Database extends Connection {
  readonly dialect: Dialect
  /** Repeated from the beginning if another transaction stood in its way. */
  transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T>
  /** A transaction that runs in one process at a time. */
  alone<T>(work: (connection: Connection) => Promise<T>): Promise<T>
  /** What makes a table tell when its rows change; run once, by a migration. */
  readonly changeTrigger: string
}
