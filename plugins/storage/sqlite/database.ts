/** One SQLite file, or one in memory, over `node:sqlite`. Everything is synchronous: it belongs into a worker. */

import { statSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Value } from '../shared/row-codec.ts'
import type { Connection, Database, Insert, Patience, Row } from '../shared/sql/database.ts'
import { join, name, raw, sql, type Parameter, type Sql } from '../shared/sql/sql.ts'
import { changeTrigger, dialect } from './dialect.ts'
import { changeToWal } from './wal.ts'

/** How long another process's transaction is waited for. */
const busyMs = 5_000
/** The log is moved into the file when it has so many pages: many, since rows touch the same pages of indexes again and again; not too many, since writers wait for it. */
const checkpointPages = 2_000
/** What is left of the log afterwards. */
const logBytes = 16 * 1024 ** 2
/** Prepared statements that are kept. */
const keptStatements = 200
/** SQLite's code for a file that cannot be opened. */
const cannotOpen = 14

export class SqliteDatabase implements Database {
  readonly dialect = dialect
  readonly changeTrigger = changeTrigger
  readonly #file: DatabaseSync
  /** Undefined in memory. */
  readonly #path: string | undefined
  /** Of the file that was opened. */
  readonly #inode: bigint | undefined
  readonly #statements = new Map<string, StatementSync>()
  /** Of statements that stand, by their texts: spelling one each time costs as much as running it. */
  readonly #standing = new Map<readonly string[], StatementSync>()

  constructor(path: string, { readOnly = false }: { readonly readOnly?: boolean } = {}) {
    this.#file = new DatabaseSync(path, { readOnly, timeout: busyMs })
    this.#path = path === ':memory:' ? undefined : path
    this.#inode = this.#inodeNow()
    this.#file.function('fold', { deterministic: true }, text => (typeof text === 'string' ? text.toLowerCase() : null))
    if (!readOnly) changeToWal(this.#file)
    this.#file.exec(
      `PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = ${checkpointPages}; PRAGMA journal_size_limit = ${logBytes}`,
    )
  }

  async ask(statement: Sql, patience: Patience): Promise<readonly Row[]> {
    if (patience === 'write' && !this.#file.isTransaction) this.#refuseIfMoved()
    return this.#prepared(statement).all(...values(statement)) as readonly Row[]
  }

  async change(statement: Sql): Promise<number> {
    if (!this.#file.isTransaction) this.#refuseIfMoved()
    return Number(this.#prepared(statement).run(...values(statement)).changes)
  }

  async insert({ table, columns, onConflict }: Insert, rows: readonly (readonly Value[])[]): Promise<readonly Value[]> {
    const statement = this.#prepared(
      sql`INSERT INTO ${name(table)} (${join(columns.map(column => name(column.name)))}) VALUES (${raw(columns.map(() => '?').join(', '))}) ON CONFLICT ${onConflict}`,
    )
    return rows.filter(row => Number(statement.run(...row).changes) > 0).map(row => row[0] ?? null)
  }

  async define(statements: string): Promise<void> {
    this.#file.exec(statements)
    this.#forget()
  }

  async hasTable(table: string): Promise<boolean> {
    return (await this.ask(sql`SELECT 1 AS there FROM sqlite_master WHERE type = 'table' AND name = ${table}`, 'lookup')).length > 0
  }

  /** Nothing else runs in between: a worker takes one call after the other. */
  async transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    this.#refuseIfMoved()
    this.#file.exec('BEGIN IMMEDIATE')
    try {
      const result = await work(this)
      this.#file.exec('COMMIT')
      return result
    } catch (cause) {
      if (this.#file.isTransaction) this.#file.exec('ROLLBACK')
      throw cause
    }
  }

  alone<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.transaction(work)
  }

  close(): void {
    this.#forget()
    if (this.#file.isOpen) this.#file.close()
  }

  /** SQLite goes on writing into a file that was deleted or replaced, and nobody would ever read that. @throws an error as SQLite's, for what may pass */
  #refuseIfMoved(): void {
    if (this.#inodeNow() === this.#inode) return
    throw Object.assign(new Error(`the file ${this.#path} was deleted or replaced while it was open: put it back, or restart`), { errcode: cannotOpen })
  }

  /** @returns undefined in memory, and where there is no file */
  #inodeNow(): bigint | undefined {
    return this.#path === undefined ? undefined : statSync(this.#path, { bigint: true, throwIfNoEntry: false })?.ino
  }

  #forget(): void {
    this.#statements.clear()
    this.#standing.clear()
  }

  #prepared(statement: Sql): StatementSync {
    if (!statement.isStanding) return this.#preparedText(statement)
    let prepared = this.#standing.get(statement.texts)
    if (prepared === undefined) this.#standing.set(statement.texts, (prepared = this.#preparedText(statement)))
    return prepared
  }

  #preparedText(statement: Sql): StatementSync {
    const text = statement.text(() => '?')
    let prepared = this.#statements.get(text)
    if (prepared === undefined) {
      if (this.#statements.size >= keptStatements) this.#statements.clear()
      this.#statements.set(text, (prepared = this.#file.prepare(text)))
    }
    return prepared
  }
}

/** SQLite takes no lists: its dialect writes them as JSON. */
function values({ parameters }: Sql): readonly Value[] {
  return parameters.map((parameter: Parameter): Value => (typeof parameter === 'object' && parameter !== null ? JSON.stringify(parameter) : parameter))
}
