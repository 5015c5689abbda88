/** Rows of a journal: one, a page, or the next ones. */

import type { PageQuery, RowsQuery } from '../backend.ts'
import type { JournalShape, ShapedColumn } from '../definition.ts'
import type { EncodedRow, Value } from '../row-codec.ts'
import type { Database, Row } from './database.ts'
import { conditionOf, type FilterContext } from './filters.ts'
import { and, join, name, sql, type Sql } from './sql.ts'
import { apartTable, ownColumns, rowsTable } from './names.ts'
import type { Whereabouts } from './whereabouts.ts'

export class RowReads {
  readonly #database: Database
  readonly #shape: JournalShape
  readonly #deps: FilterContext

  constructor(database: Database, shape: JournalShape) {
    this.#database = database
    this.#shape = shape
    this.#deps = rowsContext(database, shape)
  }

  async get(id: string): Promise<EncodedRow | undefined> {
    const rows = await this.#database.ask(sql`SELECT ${this.#columns(true)} FROM ${this.#from(true)} WHERE ${name('r', 'id')} = ${id}`, 'lookup')
    return rows.map(row => this.#toRow(row, true))[0]
  }

  async list(where: Whereabouts, { order, limit, offset }: Omit<RowsQuery, 'filter'>): Promise<readonly EncodedRow[]> {
    const rows = await this.#database.ask(
      sql`SELECT ${this.#columns(false)} FROM ${this.#from(false)} WHERE ${this.#condition(where)} ${inOrder(order)} LIMIT ${limit} OFFSET ${offset}`,
      'question',
    )
    return rows.map(row => this.#toRow(row, false))
  }

  async count(where: Whereabouts): Promise<number> {
    const [row] = await this.#database.ask(sql`SELECT count(*) AS total FROM ${this.#from(false)} WHERE ${this.#condition(where)}`, 'question')
    return Number(row?.['total'] ?? 0)
  }

  async page({ filter, order, limit, whole, after }: PageQuery): Promise<readonly EncodedRow[]> {
    const [timestamp, id] = [name('r', 'timestamp'), name('r', 'id')]
    const behind =
      after === undefined
        ? and([])
        : order === 'desc'
          ? sql`(${timestamp}, ${id}) < (${after.timestamp}, ${after.id})`
          : sql`(${timestamp}, ${id}) > (${after.timestamp}, ${after.id})`
    const rows = await this.#database.ask(
      sql`SELECT ${this.#columns(whole)} FROM ${this.#from(whole)} WHERE ${behind} AND ${conditionOf(filter, this.#deps)} ${inOrder(order)} LIMIT ${limit}`,
      'question',
    )
    return rows.map(row => this.#toRow(row, whole))
  }

  #condition({ filter, stretches }: Whereabouts): Sql {
    const condition = conditionOf(filter, this.#deps)
    if (stretches === undefined) return condition
    const [id, timestamp] = [name('r', 'id'), name('r', 'timestamp')]
    const found = this.#database.dialect.forEachSegment(stretches, segment => ({
      columns: [id],
      from: this.#from(false),
      groupBy: [id],
      where: sql`${timestamp} >= ${segment('from')} AND ${timestamp} < ${segment('to')} AND ${condition}`,
    }))
    return sql`${id} IN (SELECT f.id FROM (${found}) AS f)`
  }

  #from(whole: boolean): Sql {
    const rows = sql`${name(rowsTable(this.#shape))} AS r`
    return whole ? sql`${rows} LEFT JOIN ${name(apartTable(this.#shape))} AS x ON ${name('x', 'id')} = ${name('r', 'id')}` : rows
  }

  #columns(whole: boolean): Sql {
    const main = [...ownColumns, ...this.#shape.columns].map(column => name('r', column.name))
    return join(whole ? [...main, ...this.#shape.apart.map(column => name('x', column.name))] : main)
  }

  #toRow(row: Row, whole: boolean): EncodedRow {
    const valuesOf = (columns: readonly Pick<ShapedColumn, 'name'>[]) => columns.map(({ name }): Value => row[name] ?? null)
    return { main: valuesOf([...ownColumns, ...this.#shape.columns]), apart: whole ? valuesOf(this.#shape.apart) : undefined }
  }
}

/** Where filters find the rows themselves. */
export function rowsContext({ dialect }: Database, shape: JournalShape): FilterContext {
  return { dialect, shape, isIndexed: true, column: column => name('r', column) }
}

function inOrder(order: 'asc' | 'desc'): Sql {
  const [timestamp, id] = [name('r', 'timestamp'), name('r', 'id')]
  return order === 'desc' ? sql`ORDER BY ${timestamp} DESC, ${id} DESC` : sql`ORDER BY ${timestamp}, ${id}`
}
