/** Append-only streams of rows: filters, paging, search, sums over time, retention. */

/** What every row has. Members that a row lacks are null in the store, and absent or null when read. */
export interface JournalRow {
  /** Idempotency key: a second row of the same id is ignored. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly timestamp: number
}

export type ColumnType = 'text' | 'integer' | 'real' | 'boolean' | 'json' | 'texts'

export interface Column {
  /** `texts` is a list of strings, `json` any value that nobody filters by. */
  readonly type: ColumnType
  /** Rows are often sought by it. */
  readonly indexed?: true
  /** A full text search looks into it. */
  readonly searched?: true
  /** Large: kept apart from the rows that pages list; only `get` and `each` bring it, and only when asked. */
  readonly apart?: true
}

export interface JournalDefinition<Row extends JournalRow = JournalRow> {
  /** Lower-case words joined by `_`. */
  readonly name: string
  /** All members but `id` and `timestamp`. */
  readonly columns: Readonly<Record<Exclude<keyof Row & string, 'id' | 'timestamp'>, Column>>
  /** Sums that are kept up to date with every append, so that questions which ask for no other column are answered without the rows. */
  readonly rollup?: {
    readonly dimensions: readonly (keyof Row & string)[]
    readonly measures: readonly (keyof Row & string)[]
    /** Sets of dimensions that questions ask for without the others: a store may keep sums by these alone, too, because they are far fewer. */
    readonly often?: readonly (readonly (keyof Row & string)[])[]
  }
}

type Scalar = string | number | boolean | null

/** What rows must satisfy; everything named must hold. */
export interface Filter {
  /** Inclusive, milliseconds. */
  readonly from?: number
  /** Exclusive, milliseconds. */
  readonly to?: number
  /** Columns that must have this value, or one of these. `null` is for absent ones. */
  readonly equals?: Readonly<Record<string, Scalar | readonly Scalar[]>>
  /** Columns that must have another value than this one; `null`: they must be there. */
  readonly not?: Readonly<Record<string, Scalar>>
  /** Columns with a user path that must be this one or below it. */
  readonly within?: Readonly<Record<string, string>>
  /** Columns of type `texts` that must hold this text. */
  readonly has?: Readonly<Record<string, string>>
  /** Some searched column, or the id, holds this text; upper and lower case are alike. Never a pattern. */
  readonly search?: string
  /** At least one of these holds too. */
  readonly any?: readonly Filter[]
}

export interface ListQuery {
  readonly filter?: Filter
  /** By timestamp, then id; `desc` where absent. */
  readonly order?: 'asc' | 'desc'
  readonly limit: number
  readonly offset?: number
}

export interface SumsQuery<Row extends JournalRow = JournalRow> {
  readonly filter?: Filter
  /** One group for each combination of values; a column of type `texts` counts a row once in each of its texts, and not at all without one. */
  readonly by?: readonly (keyof Row & string)[]
  /** Ascending borders in milliseconds, also grouped by: n + 1 borders make n periods, and rows outside of them are left out. See `periods`. */
  readonly borders?: readonly number[]
  readonly measures: readonly (keyof Row & string)[]
  /** `key` where absent; `latest`: the group with the newest row first. */
  readonly order?: 'key' | 'latest'
  readonly limit?: number
  readonly offset?: number
}

/** One group of rows. */
export interface Sum {
  /** The values of `by`. */
  readonly key: Readonly<Record<string, Scalar>>
  /** The index of the period; 0 without borders. */
  readonly period: number
  readonly count: number
  /** Null where no row of the group has a value. */
  readonly sums: Readonly<Record<string, number | null>>
  /** Of the newest row; only with `order: 'latest'`. */
  readonly latest?: { readonly id: string; readonly timestamp: number }
}

export interface Journal<Row extends JournalRow> {
  /**
   * Stores rows; those whose ids are there already are ignored. All or none of one call.
   * @param rows or the same as lines of JSON, each with a line feed behind it, which are the store's from then on: one in another thread takes them as they are
   * @returns how many were new
   * @throws RangeError for an id of more than 512 characters
   */
  append(rows: readonly Row[] | Buffer): Promise<number>
  /** One row, whole. */
  get(id: string): Promise<Row | undefined>
  /** Rows without the columns kept apart, and how many there are in all. @throws TypeError, as do those below, for a filter by any other column than these */
  list(query: ListQuery): Promise<{ readonly rows: readonly Row[]; readonly total: number }>
  /** All rows of a filter, page by page, by timestamp; rows that come in meanwhile may or may not be among them. @param whole with the columns kept apart */
  each(filter: Filter, options?: { readonly pageSize?: number; readonly order?: 'asc' | 'desc'; readonly whole?: boolean }): AsyncIterable<readonly Row[]>
  /** Groups, their counts and sums, and how many groups there are in all. @throws TypeError for a column that is kept apart */
  sums(query: SumsQuery<Row>): Promise<{ readonly groups: readonly Sum[]; readonly total: number }>
  /** Overwrites columns of rows that are there, the kept sums included. */
  amend(changes: readonly (Pick<Row, 'id'> & Partial<Row>)[]): Promise<void>
  /** Deletes the oldest rows before a time. @returns their ids: fewer than `limit` when no more are left */
  deleteBefore(timestamp: number, limit: number): Promise<readonly string[]>
}
