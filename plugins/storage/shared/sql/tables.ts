/** The tables of a journal: its rows, what is kept apart from them, and the sums. They follow the definition. */

import type { JournalShape, RollupShape, ShapedColumn } from '../definition.ts'
import { Deltas, type Delta } from '../rollup.ts'
import type { Value } from '../row-codec.ts'
import type { Connection, Database, Dialect, Insert, StoredType } from './database.ts'
import { join, name, sql, type Sql } from './sql.ts'

/** Rows that are read at once while sums are computed anew. */
const rebuildBatch = 5_000

interface TableColumn {
  readonly name: string
  readonly type: StoredType
}

export const ownColumns: readonly TableColumn[] = [{ name: 'id', type: 'text' }, { name: 'timestamp', type: 'integer' }]

export function rowsTable({ name }: Pick<JournalShape, 'name'>): string {
  return `tapline_${name}`
}

export function apartTable({ name }: Pick<JournalShape, 'name'>): string {
  return `tapline_${name}_apart`
}

export function sumsTable({ name }: Pick<JournalShape, 'name'>): string {
  return `tapline_${name}_sums`
}

/** The columns of the sums, behind those that say what is summed. */
export const sumColumn = (measure: string) => `sum_${measure}`
export const countColumn = (measure: string) => `num_${measure}`
export const dimensionColumn = (dimension: string) => `by_${dimension}`

/** Makes the tables, or adds what the definition has got since. @throws Error if a column has another type */
export async function prepareTables(database: Database, shape: JournalShape): Promise<void> {
  const before = await shapeThere(database, shape)
  if (before !== undefined && isSame(joined(shape, before), before)) return
  await database.alone(async connection => {
    const before = await shapeThere(connection, shape)
    if (before === undefined) await create(connection, database.dialect, shape)
    else await alter(connection, database.dialect, shape, before)
    const text = JSON.stringify(before === undefined ? shape : joined(shape, before))
    await connection.change(sql`INSERT INTO tapline_journals (name, shape) VALUES (${shape.name}, ${text}) ON CONFLICT (name) DO UPDATE SET shape = excluded.shape`)
  })
}

async function shapeThere(connection: Connection, { name }: JournalShape): Promise<JournalShape | undefined> {
  const [row] = await connection.ask(sql`SELECT shape FROM tapline_journals WHERE name = ${name}`, 'lookup')
  return row === undefined ? undefined : JSON.parse(String(row['shape'])) as JournalShape
}

/** What stands in the database afterwards: columns of other versions of the program stay. */
function joined(shape: JournalShape, before: JournalShape): JournalShape {
  return { ...shape, columns: joinedColumns(shape.columns, before.columns), apart: joinedColumns(shape.apart, before.apart) }
}

function joinedColumns(columns: readonly ShapedColumn[], before: readonly ShapedColumn[]): readonly ShapedColumn[] {
  const kept = before.map(there => ({ ...there, ...named(columns, there), indexed: there.indexed || named(columns, there)?.indexed === true }))
  return [...kept, ...columns.filter(column => named(before, column) === undefined)]
}

function isSame(one: JournalShape, other: JournalShape): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

async function create(connection: Connection, dialect: Dialect, shape: JournalShape): Promise<void> {
  const rows = name(rowsTable(shape))
  await define(connection, sql`CREATE TABLE ${rows} (id ${dialect.type('text')} PRIMARY KEY, timestamp ${dialect.type('integer')} NOT NULL${columnList(dialect, shape.columns)})`)
  await define(connection, sql`CREATE INDEX ${name(`${rowsTable(shape)}_time`)} ON ${rows} (timestamp, id)`)
  await define(connection, sql`CREATE TABLE ${name(apartTable(shape))} (id ${dialect.type('text')} PRIMARY KEY${columnList(dialect, shape.apart)})`)
  for (const column of shape.columns) if (column.indexed) await createIndex(connection, dialect, shape, column)
  if (shape.rollup !== undefined) await createSums(connection, dialect, shape, shape.rollup)
}

async function alter(connection: Connection, dialect: Dialect, shape: JournalShape, before: JournalShape): Promise<void> {
  await addColumns(connection, dialect, shape.name, rowsTable(shape), shape.columns, before.columns)
  await addColumns(connection, dialect, shape.name, apartTable(shape), shape.apart, before.apart)
  const moved = [...shape.columns.filter(column => named(before.apart, column)), ...shape.apart.filter(column => named(before.columns, column))][0]
  if (moved !== undefined) throw new Error(`the journal ${shape.name} has its column ${moved.name} in another table than this program`)
  for (const column of shape.columns) if (column.indexed && named(before.columns, column)?.indexed !== true) await createIndex(connection, dialect, shape, column)
  if (JSON.stringify(shape.rollup) === JSON.stringify(before.rollup)) return
  if (before.rollup !== undefined) await define(connection, sql`DROP TABLE ${name(sumsTable(shape))}`)
  if (shape.rollup === undefined) return
  await createSums(connection, dialect, shape, shape.rollup)
  await rebuildSums(connection, shape, shape.rollup)
}

async function addColumns(connection: Connection, dialect: Dialect, journal: string, table: string, columns: readonly ShapedColumn[], before: readonly ShapedColumn[]): Promise<void> {
  for (const column of columns) {
    const there = named(before, column)
    if (there === undefined) await define(connection, sql`ALTER TABLE ${name(table)} ADD COLUMN ${name(column.name)} ${dialect.type(column.type)}`)
    else if (there.type !== column.type) throw new Error(`the journal ${journal} has a column ${column.name} of type ${there.type} in the database, and of type ${column.type} in this program`)
  }
}

function named(columns: readonly ShapedColumn[], { name }: ShapedColumn): ShapedColumn | undefined {
  return columns.find(column => column.name === name)
}

async function createIndex(connection: Connection, dialect: Dialect, shape: JournalShape, { name: column, type }: ShapedColumn): Promise<void> {
  await define(connection, sql`CREATE INDEX ${name(`${rowsTable(shape)}_${column}`)} ON ${name(rowsTable(shape))} (${dialect.indexed(name(column), type)}, timestamp)`)
}

async function createSums(connection: Connection, dialect: Dialect, shape: JournalShape, rollup: RollupShape): Promise<void> {
  const columns = sumsColumns(rollup).map(({ name: column, type }) => sql`${name(column)} ${dialect.type(type)}`)
  await define(connection, sql`CREATE TABLE ${name(sumsTable(shape))} (${join(columns)}, PRIMARY KEY (part, length, slot, key))${dialect.clustered}`)
}

/** The columns of the table of sums, in the order in which `sumsRow` gives them. */
export function sumsColumns({ dimensions, measures }: RollupShape): readonly TableColumn[] {
  return [
    { name: 'part', type: 'integer' }, { name: 'length', type: 'integer' }, { name: 'slot', type: 'integer' }, { name: 'key', type: 'text' },
    ...dimensions.map(({ name, type }) => ({ name: dimensionColumn(name), type })),
    { name: 'rows', type: 'integer' },
    ...measures.flatMap(({ name }): readonly TableColumn[] => [{ name: sumColumn(name), type: 'sum' }, { name: countColumn(name), type: 'integer' }]),
  ]
}

async function rebuildSums(connection: Connection, shape: JournalShape, rollup: RollupShape): Promise<void> {
  const columns = join([...ownColumns, ...shape.columns].map(column => name(column.name)))
  for (let after = ''; ;) {
    const rows = await connection.ask(sql`SELECT ${columns} FROM ${name(rowsTable(shape))} WHERE id > ${after} ORDER BY id LIMIT ${rebuildBatch}`, 'write')
    const deltas = new Deltas(shape, rollup)
    for (const row of rows) deltas.add(Object.values(row))
    await addToSums(connection, shape, rollup, deltas)
    if (rows.length < rebuildBatch) return
    after = String(rows.at(-1)?.['id'])
  }
}

/** Adds to the kept sums, and drops those that no row is left of. */
export async function addToSums(connection: Connection, shape: JournalShape, rollup: RollupShape, deltas: Deltas): Promise<void> {
  const all = deltas.all()
  if (all.length === 0) return
  const rows = all.map(({ part, length, slot, key, dimensions, rows, sums, counts }): readonly Value[] =>
    [part, length, slot, key, ...dimensions, rows, ...sums.flatMap((sum, index) => [sum, counts[index] ?? 0])])
  await connection.insert(sumsInsert(shape, rollup), rows)
  for (const shrunk of Map.groupBy(all.filter(({ rows }) => rows < 0), ({ part, length }) => `${part} ${length}`).values()) await connection.change(deleteEmpty(shape, shrunk))
}

function deleteEmpty(shape: JournalShape, shrunk: readonly Delta[]): Sql {
  const slots = shrunk.map(({ slot }) => slot)
  return sql`DELETE FROM ${name(sumsTable(shape))} WHERE part = ${shrunk[0]?.part ?? 0} AND length = ${shrunk[0]?.length ?? 0} AND slot BETWEEN ${Math.min(...slots)} AND ${Math.max(...slots)} AND rows = 0`
}

function sumsInsert(shape: JournalShape, rollup: RollupShape): Insert {
  const added = ['rows', ...rollup.measures.flatMap(({ name }) => [sumColumn(name), countColumn(name)])]
  const sums = join(added.map(column => sql`${name(column)} = ${name(sumsTable(shape), column)} + ${name('excluded', column)}`))
  return { table: sumsTable(shape), columns: sumsColumns(rollup), onConflict: sql`(part, length, slot, key) DO UPDATE SET ${sums}` }
}

function columnList(dialect: Dialect, columns: readonly ShapedColumn[]): Sql {
  return join(columns.map(column => sql`, ${name(column.name)} ${dialect.type(column.type)}`), '')
}

function define(connection: Connection, statement: Sql): Promise<void> {
  return connection.define(statement.text(() => ''))
}
