/** One connection of the pool, for one statement or one transaction. */

import type { PoolClient } from 'pg'
import type { Connection, Insert, Row } from '../shared/sql/database.ts'
import type { Value } from '../shared/row-codec.ts'
import { join, name, raw, sql, type Sql } from '../shared/sql/sql.ts'
import { arrayTypeOf, binaryArray } from './arrays.ts'
import { breaksConnection } from './errors.ts'

export class PooledConnection implements Connection {
  readonly #client: PoolClient

  constructor(client: PoolClient) {
    this.#client = client
  }

  async ask(statement: Sql): Promise<readonly Row[]> {
    return (await this.#query(statement)).rows
  }

  async change(statement: Sql): Promise<number> {
    return (await this.#query(statement)).rowCount ?? 0
  }

  async insert({ table, columns, onConflict }: Insert, rows: readonly (readonly Value[])[]): Promise<readonly Value[]> {
    if (rows.length === 0) return []
    const lists = join(columns.map(({ type }, index) => sql`${binaryArray(type, rows, index)}::${raw(arrayTypeOf(type))}`))
    const names = join(columns.map(column => name(column.name)))
    const put = await this.ask(
      sql`INSERT INTO ${name(table)} (${names}) SELECT * FROM unnest(${lists}) ON CONFLICT ${onConflict} RETURNING ${name(columns[0]?.name ?? '')} AS first`,
    )
    return put.map(row => row['first'] ?? null)
  }

  async define(statements: string): Promise<void> {
    await this.#client.query(statements)
  }

  async hasTable(table: string): Promise<boolean> {
    return (await this.ask(sql`SELECT to_regclass(${table}) IS NOT NULL AS there`)).some(row => Boolean(row['there']))
  }

  async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.#client.query('BEGIN')
    try {
      const result = await work()
      await this.#client.query('COMMIT')
      return result
    } catch (cause) {
      if (!breaksConnection(cause)) await this.#client.query('ROLLBACK')
      throw cause
    }
  }

  #query(statement: Sql) {
    return this.#client.query<Row>(
      statement.text(index => `$${index}`),
      [...statement.parameters],
    )
  }
}
