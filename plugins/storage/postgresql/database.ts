/** A pool of connections to PostgreSQL. */

import { Pool, types, type ClientConfig } from 'pg'
import { StorageUnavailable, type Clock } from '../../../core/index.ts'
import { patienceMs, type Connection, type Database, type Dialect, type Insert, type Patience, type Row } from '../shared/sql/database.ts'
import type { Value } from '../shared/row-codec.ts'
import { sql, type Sql } from '../shared/sql/sql.ts'
import { briefly } from './briefly.ts'
import { PooledConnection } from './connection.ts'
import { changeTrigger, dialectWith } from './dialect.ts'
import { breaksConnection, isRepeatable, meaningOf } from './errors.ts'

const connectMs = 5_000
/** A migration may take as long as another replica's, and its own. */
const aloneMs = 900_000
const attempts = 5
/** Of the lock that migrations hold; any number would do. */
const lockKey = 7_827_546_263

export interface PostgresqlOptions {
  readonly url: string
  readonly maxConnections: number
  readonly clock: Clock
  /** A connection that nobody used was lost. */
  readonly lost: (cause: Error) => void
}

export class PostgresqlDatabase implements Database {
  readonly changeTrigger = changeTrigger
  dialect: Dialect = dialectWith('default')
  readonly #pool: Pool
  readonly #clock: Clock

  constructor({ url, maxConnections, clock, lost }: PostgresqlOptions) {
    this.#clock = clock
    this.#pool = new Pool({ ...connectionTo(url), max: maxConnections })
    this.#pool.on('error', lost)
    this.#pool.on('connect', client => {
      // The pool listens only while nobody uses it; who uses it hears of the end by their statement.
      client.on('error', () => {})
      // A statement that nobody waits for any more ends at the server, too. To compile one takes longer than to answer it.
      client.query(`SET statement_timeout = ${patienceMs.write}; SET jit = off`).catch(() => {})
    })
  }

  /** Finds out what the server can do. @throws StorageUnavailable */
  async open(): Promise<void> {
    const known = await this.ask(sql`SELECT collname FROM pg_collation WHERE collname = 'und-x-icu'`, 'lookup')
    this.dialect = dialectWith(known.length > 0 ? 'und-x-icu' : 'default')
  }

  ask(statement: Sql, patience: Patience): Promise<readonly Row[]> {
    return this.#repeated(patienceMs[patience], connection => connection.ask(statement))
  }

  change(statement: Sql): Promise<number> {
    return this.#repeated(patienceMs.write, connection => connection.change(statement))
  }

  insert(insert: Insert, rows: readonly (readonly Value[])[]): Promise<readonly Value[]> {
    return this.#repeated(patienceMs.write, connection => connection.insert(insert, rows))
  }

  define(statements: string): Promise<void> {
    return this.#repeated(patienceMs.write, connection => connection.define(statements))
  }

  hasTable(table: string): Promise<boolean> {
    return this.#repeated(patienceMs.lookup, connection => connection.hasTable(table))
  }

  transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#repeated(patienceMs.write, connection => connection.transaction(() => work(connection)))
  }

  alone<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#repeated(aloneMs, connection =>
      connection.transaction(async () => {
        await connection.define('SET LOCAL statement_timeout = 0')
        await connection.ask(sql`SELECT pg_advisory_xact_lock(${lockKey})`)
        return await work(connection)
      }),
    )
  }

  async close(): Promise<void> {
    this.#pool.removeAllListeners('error').on('error', () => {}) // what ends now was to end
    await briefly(this.#clock, this.#pool.end())
  }

  /** What stood in another's way goes on from the beginning. */
  async #repeated<T>(deadlineMs: number, work: (connection: PooledConnection) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#inTime(deadlineMs, work)
      } catch (cause) {
        if (attempt === attempts || !isRepeatable(cause)) throw meaningOf(cause)
      }
    }
  }

  /** A connection that does not answer in time is given up. */
  async #inTime<T>(deadlineMs: number, work: (connection: PooledConnection) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect()
    const late = Promise.withResolvers<never>()
    const deadline = this.#clock.after(deadlineMs, () => late.reject(new StorageUnavailable(`PostgreSQL did not answer within ${deadlineMs / 1000} s`)))
    try {
      const working = work(new PooledConnection(client))
      working.catch(() => {}) // told by the race, or too late
      const result = await Promise.race([working, late.promise])
      client.release()
      return result
    } catch (cause) {
      client.release(breaksConnection(cause))
      throw cause
    } finally {
      deadline.cancel()
    }
  }
}

/** Numbers of 64 bits are read as JavaScript's. */
export function connectionTo(url: string): ClientConfig {
  const numbers: ReadonlySet<number> = new Set([types.builtins.INT8, types.builtins.NUMERIC])
  const getTypeParser = (type: number, format?: 'text' | 'binary') => (numbers.has(type) ? Number : types.getTypeParser(type, format))
  return {
    connectionString: url,
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
    application_name: 'tapline',
    types: { getTypeParser: getTypeParser as typeof types.getTypeParser },
  }
}
