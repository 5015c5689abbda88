/** The tables of kept sums. What rows change is put down beside them, which is fast, and added when there is enough of it; questions ask both. */

import type { JournalShape, RollupShape } from '../definition.ts'
import { Deltas, type Delta } from '../rollup.ts'
import type { Value } from '../row-codec.ts'
import type { Connection, Dialect, Insert } from './database.ts'
import { countColumn, define, dimensionColumn, freshTable, ownColumns, rowsTable, sumColumn, sumsTable, type TableColumn } from './names.ts'
import { join, name, raw, sql, type Sql } from './sql.ts'

/** Rows that are read at once while sums are computed anew. */
const computeBatch = 5_000
/** What is added in one transaction, so that no writer waits long. */
const addBatch = 500

const keyColumns: readonly TableColumn[] = [{ name: 'part', type: 'integer' }, { name: 'length', type: 'integer' }, { name: 'slot', type: 'integer' }, { name: 'key', type: 'text' }]

export async function createSums(connection: Connection, dialect: Dialect, shape: JournalShape, rollup: RollupShape): Promise<void> {
  const columns = (of: readonly TableColumn[]) => join(of.map(({ name: column, type }) => sql`${name(column)} ${dialect.type(type)}`))
  await define(connection, sql`CREATE TABLE ${name(sumsTable(shape))} (${columns([...keyColumns, ...contents(rollup)])}, PRIMARY KEY (part, length, slot, key))${dialect.clustered}`)
  await define(connection, sql`CREATE TABLE ${name(freshTable(shape))} (${columns(freshColumns(rollup))})${dialect.passing}`)
  await define(connection, sql`CREATE INDEX ${name(`${freshTable(shape)}_slot`)} ON ${name(freshTable(shape))} (slot)`)
}

export async function dropSums(connection: Connection, shape: JournalShape): Promise<void> {
  for (const table of [sumsTable(shape), freshTable(shape)]) await define(connection, sql`DROP TABLE ${name(table)}`)
}

/** Computes the sums of all rows. */
export async function computeSums(connection: Connection, shape: JournalShape, rollup: RollupShape): Promise<void> {
  const columns = join([...ownColumns, ...shape.columns].map(column => name(column.name)))
  for (let after: string | undefined; ;) {
    const behind = after === undefined ? raw('1 = 1') : sql`id > ${after}`
    const rows = await connection.ask(sql`SELECT ${columns} FROM ${name(rowsTable(shape))} WHERE ${behind} ORDER BY id LIMIT ${computeBatch}`, 'write')
    const deltas = new Deltas(shape, rollup)
    for (const row of rows) deltas.add(Object.values(row))
    await addToSums(connection, shape, rollup, deltas.all())
    if (rows.length < computeBatch) return
    after = String(rows.at(-1)?.['id'])
  }
}

/** Puts down what changed. @returns how many rows that took */
export async function putDown(connection: Connection, shape: JournalShape, rollup: RollupShape, deltas: Deltas): Promise<number> {
  const rows = deltas.finest().map(({ slot, ...delta }) => [slot, ...contentsOf(delta)])
  if (rows.length > 0) await connection.insert({ table: freshTable(shape), columns: freshColumns(rollup), onConflict: raw('DO NOTHING') }, rows)
  return rows.length
}

/** Adds to the sums some of what was put down: alike things together, so that few sums change. @returns how many rows it was */
export async function addFresh(connection: Connection, { rowId }: Dialect, shape: JournalShape, rollup: RollupShape): Promise<number> {
  const columns = freshColumns(rollup).map(column => column.name)
  const alike = join([...rollup.dimensions.map(({ name: dimension }) => name(dimensionColumn(dimension))), name('slot')])
  const some = sql`SELECT ${rowId} FROM ${name(freshTable(shape))} ORDER BY ${alike} LIMIT ${addBatch}`
  const rows = await connection.ask(sql`DELETE FROM ${name(freshTable(shape))} WHERE ${rowId} IN (${some}) RETURNING ${join(columns.map(column => name(column)))}`, 'write')
  const deltas = new Deltas(shape, rollup)
  for (const row of rows) deltas.addDelta(columns.map(column => row[column] ?? null))
  await addToSums(connection, shape, rollup, deltas.all())
  return rows.length
}

async function addToSums(connection: Connection, shape: JournalShape, rollup: RollupShape, deltas: readonly Delta[]): Promise<void> {
  if (deltas.length === 0) return
  await connection.insert(sumsInsert(shape, rollup), deltas.map(delta => [delta.part, delta.length, delta.slot, delta.key, ...contentsOf(delta)]))
  for (const shrunk of Map.groupBy(deltas.filter(({ rows }) => rows < 0), ({ part, length }) => `${part} ${length}`).values()) await connection.change(deleteEmpty(shape, shrunk))
}

function sumsInsert(shape: JournalShape, rollup: RollupShape): Insert {
  const added = contents(rollup).slice(rollup.dimensions.length)
  const sums = join(added.map(column => sql`${name(column.name)} = ${name(sumsTable(shape), column.name)} + ${name('excluded', column.name)}`))
  return { table: sumsTable(shape), columns: [...keyColumns, ...contents(rollup)], onConflict: sql`(part, length, slot, key) DO UPDATE SET ${sums}` }
}

function deleteEmpty(shape: JournalShape, shrunk: readonly Delta[]): Sql {
  const slots = shrunk.map(({ slot }) => slot)
  return sql`DELETE FROM ${name(sumsTable(shape))} WHERE part = ${shrunk[0]?.part ?? 0} AND length = ${shrunk[0]?.length ?? 0} AND slot BETWEEN ${Math.min(...slots)} AND ${Math.max(...slots)} AND rows = 0`
}

function freshColumns(rollup: RollupShape): readonly TableColumn[] {
  return [{ name: 'slot', type: 'integer' }, ...contents(rollup)]
}

/** What both tables say of a slot. */
function contents({ dimensions, measures }: RollupShape): readonly TableColumn[] {
  return [
    ...dimensions.map(({ name, type }) => ({ name: dimensionColumn(name), type })),
    { name: 'rows', type: 'integer' },
    ...measures.flatMap(({ name }): readonly TableColumn[] => [{ name: sumColumn(name), type: 'sum' }, { name: countColumn(name), type: 'integer' }]),
  ]
}

/** The same, as values. */
function contentsOf({ dimensions, rows, sums, counts }: Pick<Delta, 'dimensions' | 'rows' | 'sums' | 'counts'>): readonly Value[] {
  return [...dimensions, rows, ...sums.flatMap((sum, index) => [sum, counts[index] ?? 0])]
}
