/** Vectors in a table of PostgreSQL, with the extension pgvector. */

import type { Pool, QueryResult } from 'pg'
import type { VectorEntry, VectorMatch } from '../../../core/index.ts'
import { modelId } from '../shared/model-name.ts'
import { UnfitDatabase, type VectorDatabase, type Which } from '../shared/vector-database.ts'
import { atOnce, conditionOf, statementsFor, type Statements } from './statements.ts'

const connectMs = 5_000
const statementMs = 10_000
/** A search takes a core of the server: more at once are not faster. */
const connections = 4
/** SQLSTATEs that an operator has to mend: no such feature, no admission, no such database or schema, no such extension, rights, and tables of another shape. */
const unmended = /^(0A|28|3D|3F|42|58P01)/

export interface PgvectorOptions {
  readonly url: string
  readonly table: string
  readonly dimension: number
}

export class PgvectorTable implements VectorDatabase {
  readonly #options: PgvectorOptions
  readonly #statements: Statements
  #pool: Pool | undefined

  constructor(options: PgvectorOptions) {
    this.#options = options
    this.#statements = statementsFor(options.table, options.dimension)
  }

  async prepare(): Promise<void> {
    const pool = (this.#pool ??= await poolTo(this.#options.url))
    try {
      const found = (await dimensionOf(pool, this.#statements)) ?? (await this.#made(pool))
      if (found !== this.#options.dimension)
        throw new UnfitDatabase(
          `the table ${this.#options.table} holds vectors of dimension ${found}, not ${this.#options.dimension}: name another table, or drop it`,
        )
    } catch (cause) {
      throw isUnmended(cause) ? new UnfitDatabase(cause.message, { cause }) : cause
    }
  }

  async nearest(vector: Float32Array, namespace: string, nowSeconds: number): Promise<VectorMatch | undefined> {
    const { rows } = await this.#ask(this.#statements.nearest, [await textOf(vector), namespace, nowSeconds])
    return rows[0] as VectorMatch | undefined
  }

  async put({ id, namespace, vector, model, expiresAt, body }: VectorEntry): Promise<boolean> {
    await this.#ask(this.#statements.put, [id, namespace, await textOf(vector), model, modelId(model), expiresAt, body])
    return true
  }

  async forget(which: Which, signal: AbortSignal): Promise<void> {
    const condition = conditionOf(which)
    while (!signal.aborted && (await this.#ask(this.#statements.forget(condition), condition.values)).rowCount === atOnce) {
      /* and the next ones */
    }
  }

  async ping(): Promise<void> {
    await this.#ask('SELECT 1', [])
  }

  async close(): Promise<void> {
    await this.#pool?.end()
  }

  async #made(pool: Pool): Promise<number | undefined> {
    await pool.query(this.#statements.make)
    return await dimensionOf(pool, this.#statements)
  }

  async #ask(statement: string, values: readonly unknown[]): Promise<QueryResult> {
    if (this.#pool === undefined) throw new Error('the table was not prepared')
    return await this.#pool.query(statement, [...values])
  }
}

/** A connection that is lost while nobody uses it is told by the next statement. */
async function poolTo(connectionString: string): Promise<Pool> {
  const { Pool } = await import('pg')
  return new Pool({
    connectionString,
    max: connections,
    connectionTimeoutMillis: connectMs,
    query_timeout: statementMs,
    keepAlive: true,
    application_name: 'tapline',
  }).on('error', () => {})
}

/** @returns undefined if there is no table */
async function dimensionOf(pool: Pool, { dimension }: Statements): Promise<number | undefined> {
  const {
    rows: [row],
  } = await pool.query<{ readonly dimension: number }>(dimension)
  return row?.dimension
}

async function textOf(vector: Float32Array): Promise<string> {
  const { toSql } = await import('pgvector')
  return toSql([...vector]) as string
}

function isUnmended(cause: unknown): cause is Error {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && unmended.test(cause.code)
}
