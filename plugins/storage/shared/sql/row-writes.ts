/** Rows put in, changed and deleted, and the sums with them in the same transaction. */

import type { EncodedChange } from '../backend.ts'
import type { JournalShape, ShapedColumn } from '../definition.ts'
import { Deltas } from '../rollup.ts'
import type { EncodedRow, Value } from '../row-codec.ts'
import { borderOf } from '../slots.ts'
import type { Connection, Database, Insert } from './database.ts'
import { join, name, raw, sql, type Sql } from './sql.ts'
import { apartTable, define, freshTable, ownColumns, rowsTable } from './names.ts'
import { addFresh, putDown } from './sums-tables.ts'

/** What changed in the sums is added to them when it takes so many rows: questions read these, too. */
const freshLimit = 8_000

/** Has work done that nobody waits for, when those who wait have been served. */
export type Later = (work: () => Promise<void>) => void

export class RowWrites {
  readonly #database: Database
  readonly #shape: JournalShape
  readonly #append: Insert
  readonly #appendApart: Insert
  readonly #later: Later
  /** Rows that were put down beside the sums since they were last added. */
  #fresh = 0
  #isAdding = false

  constructor(database: Database, shape: JournalShape, later: Later) {
    this.#database = database
    this.#later = later
    this.#shape = shape
    this.#append = this.#insert(rowsTable(shape), [...ownColumns, ...shape.columns], raw('(id) DO NOTHING'))
    this.#appendApart = this.#insert(apartTable(shape), [...ownColumns.slice(0, 1), ...shape.apart], raw('(id) DO NOTHING'))
  }

  async append(rows: readonly EncodedRow[]): Promise<number> {
    const distinct = [...new Map(rows.map(row => [row.main[0], row] as const).reverse()).values()].reverse()
    if (distinct.length === 0) return 0
    return await this.#summing(async connection => {
      const added = new Set(await connection.insert(this.#append, distinct.map(({ main }) => main)))
      const fresh = distinct.filter(({ main }) => added.has(main[0] ?? null))
      await this.#putApart(connection, this.#appendApart, fresh)
      await this.#sum(connection, fresh.map(({ main }) => main), [])
      return fresh.length
    })
  }

  async amend(changes: readonly EncodedChange[]): Promise<void> {
    const byId = new Map<string, Record<string, Value>>()
    for (const { id, columns } of changes) byId.set(id, { ...byId.get(id), ...columns })
    if (byId.size === 0) return
    await this.#summing(async connection => {
      const before = await this.#rows(connection, rowsTable(this.#shape), [...ownColumns, ...this.#shape.columns], [...byId.keys()])
      const after = before.map(row => this.#changed([...ownColumns, ...this.#shape.columns], row, byId))
      await connection.insert(this.#overwrite(rowsTable(this.#shape), [...ownColumns, ...this.#shape.columns], byId), after)
      await this.#amendApart(connection, before.map(([id]) => String(id)), byId)
      await this.#sum(connection, after, before)
    })
  }

  async deleteBefore(timestamp: number, limit: number): Promise<readonly string[]> {
    return await this.#summing(connection => this.#deleteOldest(connection, timestamp, limit))
  }

  async #deleteOldest(connection: Connection, timestamp: number, limit: number): Promise<readonly string[]> {
    const columns = [...ownColumns, ...this.#shape.columns]
    const oldest = await connection.ask(sql`SELECT ${join(columns.map(column => name(column.name)))} FROM ${name(rowsTable(this.#shape))} WHERE timestamp < ${borderOf(timestamp)} ORDER BY timestamp, id LIMIT ${limit}${this.#database.dialect.forUpdate}`, 'write')
    const ids = oldest.map(row => String(row['id']))
    if (ids.length === 0) return ids
    const areThese = this.#database.dialect.isOneOf(name('id'), ids)
    await connection.change(sql`DELETE FROM ${name(rowsTable(this.#shape))} WHERE ${areThese}`)
    if (this.#shape.apart.length > 0) await connection.change(sql`DELETE FROM ${name(apartTable(this.#shape))} WHERE ${areThese}`)
    await this.#sum(connection, [], oldest.map(row => columns.map(({ name }) => row[name] ?? null)))
    return ids
  }

  async #sum(connection: Connection, added: readonly (readonly Value[])[], gone: readonly (readonly Value[])[]): Promise<void> {
    const { rollup } = this.#shape
    if (rollup === undefined) return
    const deltas = new Deltas(this.#shape, rollup)
    for (const row of gone) deltas.add(row, -1)
    for (const row of added) deltas.add(row)
    this.#fresh += await putDown(connection, this.#shape, rollup, deltas)
  }

  /** A transaction that changes sums. */
  async #summing<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const result = await this.#database.transaction(work)
    if (this.#fresh >= freshLimit && !this.#isAdding) {
      this.#isAdding = true
      this.#later(() => this.#addFresh())
    }
    return result
  }

  /** Batch by batch, with others in between, until nothing is left. What fails is tried again after the next change. */
  async #addFresh(): Promise<void> {
    const { rollup } = this.#shape
    if (rollup === undefined) return
    try {
      const added = await this.#database.transaction(connection => addFresh(connection, this.#database.dialect, this.#shape, rollup))
      this.#fresh = Math.max(0, this.#fresh - added)
      this.#isAdding = added > 0
    } catch (cause) {
      this.#isAdding = false
      throw cause
    }
    if (this.#isAdding) return this.#later(() => this.#addFresh())
    const tidying = this.#database.dialect.tidying(name(freshTable(this.#shape)))
    if (tidying !== undefined) await define(this.#database, tidying)
  }

  async #putApart(connection: Connection, insert: Insert, rows: readonly EncodedRow[]): Promise<void> {
    const filled = rows.flatMap(({ main, apart }) => apart === undefined ? [] : [[main[0] ?? null, ...apart]])
    if (filled.length > 0) await connection.insert(insert, filled)
  }

  async #amendApart(connection: Connection, ids: readonly string[], changes: ReadonlyMap<string, Readonly<Record<string, Value>>>): Promise<void> {
    const changed = ids.filter(id => this.#shape.apart.some(({ name }) => name in (changes.get(id) ?? {})))
    if (changed.length === 0) return
    const columns = [...ownColumns.slice(0, 1), ...this.#shape.apart]
    const there = new Map((await this.#rows(connection, apartTable(this.#shape), columns, changed)).map(row => [row[0], row]))
    const rows = changed.map(id => this.#changed(columns, there.get(id) ?? [id], changes))
    await connection.insert(this.#overwrite(apartTable(this.#shape), columns, changes), rows)
  }

  async #rows(connection: Connection, table: string, columns: readonly { readonly name: string }[], ids: readonly string[]): Promise<readonly (readonly Value[])[]> {
    const { dialect } = this.#database
    const rows = await connection.ask(sql`SELECT ${join(columns.map(column => name(column.name)))} FROM ${name(table)} WHERE ${dialect.isOneOf(name('id'), ids)} ORDER BY id${dialect.forUpdate}`, 'write')
    return rows.map(row => columns.map(({ name }) => row[name] ?? null))
  }

  #changed(columns: readonly { readonly name: string }[], row: readonly Value[], changes: ReadonlyMap<string, Readonly<Record<string, Value>>>): readonly Value[] {
    const change = changes.get(String(row[0])) ?? {}
    return columns.map(({ name }, index) => index > 0 && name in change ? change[name] ?? null : row[index] ?? null)
  }

  /** Writes the columns that some change names. */
  #overwrite(table: string, columns: Insert['columns'], changes: ReadonlyMap<string, Readonly<Record<string, Value>>>): Insert {
    const named = new Set([...changes.values()].flatMap(change => Object.keys(change)))
    const set = columns.filter((column, index) => index > 0 && named.has(column.name)).map(column => sql`${name(column.name)} = ${name('excluded', column.name)}`)
    return this.#insert(table, columns, set.length === 0 ? raw('(id) DO NOTHING') : sql`(id) DO UPDATE SET ${join(set)}`)
  }

  #insert(table: string, columns: readonly (Pick<ShapedColumn, 'name'> & Insert['columns'][number])[], onConflict: Sql): Insert {
    return { table, columns: columns.map(({ name, type }) => ({ name, type })), onConflict }
  }
}
