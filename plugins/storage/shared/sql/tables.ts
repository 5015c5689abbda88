/** The tables of a journal: its rows, what is kept apart from them, and the sums. They follow the definition. */

import type { JournalShape, ShapedColumn } from '../definition.ts'
import { isSame, joined, named } from '../joined-shape.ts'
import type { Connection, Database, Dialect } from './database.ts'
import { join, name, sql, type Sql } from './sql.ts'
import { createSums, dropSums } from './sums-tables.ts'
import { apartTable, define, numberColumn, rowsTable } from './names.ts'

/** Makes the tables, or adds what the definition has got since. @throws Error if a column has another type */
export async function prepareTables(database: Database, shape: JournalShape): Promise<void> {
  const before = await shapeThere(database, shape)
  if (before !== undefined && isSame(joined(shape, before), before)) return
  await database.alone(async connection => {
    const before = await shapeThere(connection, shape)
    if (before === undefined) await create(connection, database.dialect, shape)
    else await alter(connection, database.dialect, shape, before)
    const text = JSON.stringify(before === undefined ? shape : joined(shape, before))
    await connection.change(
      sql`INSERT INTO tapline_journals (name, shape) VALUES (${shape.name}, ${text}) ON CONFLICT (name) DO UPDATE SET shape = excluded.shape`,
    )
  })
}

async function shapeThere(connection: Connection, { name }: JournalShape): Promise<JournalShape | undefined> {
  const [row] = await connection.ask(sql`SELECT shape FROM tapline_journals WHERE name = ${name}`, 'lookup')
  return row === undefined ? undefined : (JSON.parse(String(row['shape'])) as JournalShape)
}

async function create(connection: Connection, dialect: Dialect, shape: JournalShape): Promise<void> {
  const rows = name(rowsTable(shape))
  await define(
    connection,
    sql`CREATE TABLE ${rows} (${name(numberColumn)} ${dialect.counter}, id ${dialect.type('text')} NOT NULL UNIQUE, timestamp ${dialect.type('integer')} NOT NULL${columnList(dialect, shape.columns)})`,
  )
  await define(connection, sql`CREATE INDEX ${name(`${rowsTable(shape)}_time`)} ON ${rows} (timestamp, id)`)
  await define(connection, sql`CREATE TABLE ${name(apartTable(shape))} (id ${dialect.type('text')} PRIMARY KEY${columnList(dialect, shape.apart)})`)
  for (const column of indexedColumns(shape)) await createIndex(connection, dialect, shape, column)
  if (shape.rollup !== undefined) await createSums(connection, dialect, shape, shape.rollup)
}

async function alter(connection: Connection, dialect: Dialect, shape: JournalShape, before: JournalShape): Promise<void> {
  await addColumns(connection, dialect, shape.name, rowsTable(shape), shape.columns, before.columns)
  await addColumns(connection, dialect, shape.name, apartTable(shape), shape.apart, before.apart)
  const moved = [...shape.columns.filter(column => named(before.apart, column)), ...shape.apart.filter(column => named(before.columns, column))][0]
  if (moved !== undefined) throw new Error(`the journal ${shape.name} has its column ${moved.name} in another table than this program`)
  await alterIndexes(connection, dialect, joined(shape, before), before)
  if (isSame(shape.rollup, before.rollup)) return
  if (before.rollup !== undefined) await dropSums(connection, shape)
  if (shape.rollup === undefined) return
  await createSums(connection, dialect, shape, shape.rollup)
  await connection.change(sql`UPDATE tapline_journals SET counted = 0 WHERE name = ${shape.name}`)
}

async function addColumns(
  connection: Connection,
  dialect: Dialect,
  journal: string,
  table: string,
  columns: readonly ShapedColumn[],
  before: readonly ShapedColumn[],
): Promise<void> {
  for (const column of columns) {
    const there = named(before, column)
    if (there === undefined) await define(connection, sql`ALTER TABLE ${name(table)} ADD COLUMN ${name(column.name)} ${dialect.type(column.type)}`)
    else if (there.type !== column.type)
      throw new Error(`the journal ${journal} has a column ${column.name} of type ${there.type} in the database, and of type ${column.type} in this program`)
  }
}

/** No index leads to one of several texts, and the sums lead to what they are kept by. */
function indexedColumns({ columns, rollup }: JournalShape): readonly ShapedColumn[] {
  return columns.filter(({ name: column, type, indexed }) => indexed && type !== 'texts' && rollup?.dimensions.some(({ name }) => name === column) !== true)
}

async function alterIndexes(connection: Connection, dialect: Dialect, shape: JournalShape, before: JournalShape): Promise<void> {
  const [wanted, there] = [indexedColumns(shape), indexedColumns(before)]
  for (const column of wanted) if (named(there, column) === undefined) await createIndex(connection, dialect, shape, column)
  for (const column of there) if (named(wanted, column) === undefined) await define(connection, sql`DROP INDEX IF EXISTS ${indexName(shape, column)}`)
}

function indexName(shape: JournalShape, { name: column }: ShapedColumn): Sql {
  return name(`${rowsTable(shape)}_${column}`)
}

async function createIndex(connection: Connection, dialect: Dialect, shape: JournalShape, indexed: ShapedColumn): Promise<void> {
  const { name: column, type } = indexed
  await define(
    connection,
    sql`CREATE INDEX ${indexName(shape, indexed)} ON ${name(rowsTable(shape))} (${dialect.indexed(name(column), type)}, timestamp) WHERE ${name(column)} IS NOT NULL`,
  )
}

function columnList(dialect: Dialect, columns: readonly ShapedColumn[]): Sql {
  return join(
    columns.map(column => sql`, ${name(column.name)} ${dialect.type(column.type)}`),
    '',
  )
}
