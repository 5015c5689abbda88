/** Rows put in, changed and deleted, and the sums with them in the same transaction. */

import type { EncodedChange } from '../backend.ts'
import type { JournalShape } from '../definition.ts'
import type { EncodedRow, Value } from '../row-codec.ts'
import { borderOf } from '../slots.ts'
import type { Counting } from './counting.ts'
import type { Connection, Database, Insert, Row } from './database.ts'
import { join, name, raw, sql, type Sql } from './sql.ts'
import { apartTable, numberColumn, ownColumns, rowsTable, type TableColumn } from './names.ts'

/** Rows before they are changed. */
interface Before {
  readonly rows: readonly (readonly Value[])[]
  /** Those of them that count in the sums. */
  readonly counted: ReadonlySet<Value>
}

export class RowWrites {
  readonly #database: Database
  readonly #shape: JournalShape
  readonly #columns: readonly TableColumn[]
  readonly #append: Insert
  readonly #appendApart: Insert
  readonly #counting: Counting | undefined

  /** @param counting undefined if no sums are kept */
  constructor(database: Database, shape: JournalShape, counting: Counting | undefined) {
    this.#database = database
    this.#shape = shape
    this.#counting = counting
    this.#columns = [...ownColumns, ...shape.columns]
    this.#append = { table: rowsTable(shape), columns: this.#columns, onConflict: raw('(id) DO NOTHING') }
    this.#appendApart = { table: apartTable(shape), columns: [...ownColumns.slice(0, 1), ...shape.apart], onConflict: raw('(id) DO NOTHING') }
  }

  async append(rows: readonly EncodedRow[]): Promise<number> {
    if (rows.length === 0) return 0
    const count = await this.#database.transaction(async connection => {
      const appending = this.#database.dialect.appending(rowsTable(this.#shape))
      if (appending !== undefined) await connection.ask(appending, 'write')
      const added = await connection.insert(
        this.#append,
        rows.map(({ main }) => main),
      )
      await this.#putApart(connection, rows, new Set(added))
      return added.length
    })
    this.#counting?.appended(count)
    return count
  }

  async amend(changes: readonly EncodedChange[]): Promise<void> {
    const byId = new Map<string, Record<string, Value>>()
    for (const { id, columns } of changes) byId.set(id, { ...byId.get(id), ...columns })
    if (byId.size === 0) return
    await this.#database.transaction(async connection => {
      const { dialect } = this.#database
      const before = await this.#before(connection, sql`${dialect.isOneOf(name('id'), [...byId.keys()])} ORDER BY id`)
      const after = before.rows.map(row => changed(this.#columns, row, byId))
      await connection.insert(overwrite(rowsTable(this.#shape), this.#columns, byId), after)
      await this.#amendApart(
        connection,
        before.rows.map(([id]) => String(id)),
        byId,
      )
      await this.#count(connection, before, after)
    })
  }

  async deleteBefore(timestamp: number, limit: number): Promise<readonly string[]> {
    return await this.#database.transaction(async connection => {
      const oldest = await this.#before(connection, sql`timestamp < ${borderOf(timestamp)} ORDER BY timestamp, id LIMIT ${limit}`)
      const ids = oldest.rows.map(([id]) => String(id))
      if (ids.length === 0) return ids
      const areThese = this.#database.dialect.isOneOf(name('id'), ids)
      await connection.change(sql`DELETE FROM ${name(rowsTable(this.#shape))} WHERE ${areThese}`)
      if (this.#shape.apart.length > 0) await connection.change(sql`DELETE FROM ${name(apartTable(this.#shape))} WHERE ${areThese}`)
      await this.#count(connection, oldest, [])
      return ids
    })
  }

  /** Reads rows that are to be changed, when nobody else can. */
  async #before(connection: Connection, which: Sql): Promise<Before> {
    const upTo = (await this.#counting?.hold(connection)) ?? 0
    const columns = join([...this.#columns.map(column => name(column.name)), name(numberColumn)])
    const found = await connection.ask(sql`SELECT ${columns} FROM ${name(rowsTable(this.#shape))} WHERE ${which}${this.#database.dialect.forUpdate}`, 'write')
    const counted = found.filter(row => Number(row[numberColumn]) <= upTo)
    return { rows: found.map(row => valuesOf(row, this.#columns)), counted: new Set(counted.map(row => row['id'] ?? null)) }
  }

  async #count(connection: Connection, { rows, counted }: Before, after: readonly (readonly Value[])[]): Promise<void> {
    const counts = ([id]: readonly Value[]) => counted.has(id ?? null)
    if (counted.size > 0) await this.#counting?.change(connection, rows.filter(counts), after.filter(counts))
    if (counted.size < rows.length) await this.#counting?.changeUncounted(connection)
  }

  /** Of two rows with one id, the first was put in. */
  async #putApart(connection: Connection, rows: readonly EncodedRow[], added: Set<Value>): Promise<void> {
    const filled = rows.flatMap(({ main: [id = null], apart }) => (added.delete(id) && apart !== undefined ? [[id, ...apart]] : []))
    if (filled.length > 0) await connection.insert(this.#appendApart, filled)
  }

  async #amendApart(connection: Connection, ids: readonly string[], changes: ReadonlyMap<string, Readonly<Record<string, Value>>>): Promise<void> {
    const [table, { columns }] = [apartTable(this.#shape), this.#appendApart]
    const amended = ids.filter(id => this.#shape.apart.some(({ name }) => name in (changes.get(id) ?? {})))
    if (amended.length === 0) return
    const { dialect } = this.#database
    const found = await connection.ask(
      sql`SELECT ${join(columns.map(column => name(column.name)))} FROM ${name(table)} WHERE ${dialect.isOneOf(name('id'), amended)} ORDER BY id${dialect.forUpdate}`,
      'write',
    )
    const there = new Map(found.map(row => [row['id'], valuesOf(row, columns)]))
    await connection.insert(
      overwrite(table, columns, changes),
      amended.map(id => changed(columns, there.get(id) ?? [id], changes)),
    )
  }
}

function valuesOf(row: Row, columns: readonly TableColumn[]): readonly Value[] {
  return columns.map(({ name }) => row[name] ?? null)
}

function changed(columns: readonly TableColumn[], row: readonly Value[], changes: ReadonlyMap<string, Readonly<Record<string, Value>>>): readonly Value[] {
  const change = changes.get(String(row[0])) ?? {}
  return columns.map(({ name }, index) => (index > 0 && name in change ? (change[name] ?? null) : (row[index] ?? null)))
}

/** Writes the columns that some change names. */
function overwrite(table: string, columns: readonly TableColumn[], changes: ReadonlyMap<string, Readonly<Record<string, Value>>>): Insert {
  const named = new Set([...changes.values()].flatMap(change => Object.keys(change)))
  const set = columns.filter((column, index) => index > 0 && named.has(column.name)).map(column => sql`${name(column.name)} = ${name('excluded', column.name)}`)
  return { table, columns, onConflict: set.length === 0 ? raw('(id) DO NOTHING') : sql`(id) DO UPDATE SET ${join(set)}` }
}
