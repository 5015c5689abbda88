/** The tables of kept sums, and what is added to them. */

import type { JournalShape, RollupShape } from '../definition.ts'
import type { Delta, Deltas } from '../rollup.ts'
import type { Value } from '../row-codec.ts'
import { slotLengthsOf } from '../slots.ts'
import type { Connection, Dialect, Insert } from './database.ts'
import { countColumn, define, dimensionColumn, sumColumn, sumsTable, type TableColumn } from './names.ts'
import { join, name, sql, type Sql } from './sql.ts'

/** Sums that are written by one statement: a thread that also serves requests turns to them in between. */
const addAtOnce = 500

const keyColumns: readonly TableColumn[] = [
  { name: 'part', type: 'integer' },
  { name: 'length', type: 'integer' },
  { name: 'slot', type: 'integer' },
  { name: 'key', type: 'text' },
]

export async function createSums(connection: Connection, dialect: Dialect, shape: JournalShape, rollup: RollupShape): Promise<void> {
  const columns = join([...keyColumns, ...contents(rollup)].map(({ name: column, type }) => sql`${name(column)} ${dialect.type(type)}`))
  const parts = rollup.parts.map((_, part) => slotLengthsOf(part, rollup))
  for (const statement of dialect.stretches(sumsTable(shape), sql`${columns}, PRIMARY KEY (part, length, slot, key)`, parts))
    await define(connection, statement)
}

export async function dropSums(connection: Connection, shape: JournalShape): Promise<void> {
  await define(connection, sql`DROP TABLE ${name(sumsTable(shape))}`)
}

/** Adds changes to the sums; those that no row is left of are gone. */
export async function addToSums(connection: Connection, shape: JournalShape, rollup: RollupShape, deltas: Deltas): Promise<void> {
  const insert = sumsInsert(shape, rollup)
  for (const part of deltas.parts()) {
    for (let from = 0; from < part.length; from += addAtOnce)
      await connection.insert(
        insert,
        part.slice(from, from + addAtOnce).map(delta => [delta.part, delta.length, delta.slot, delta.key, ...contentsOf(delta)]),
      )
    await dropEmpty(connection, shape, part)
  }
}

async function dropEmpty(connection: Connection, shape: JournalShape, deltas: readonly Delta[]): Promise<void> {
  for (const shrunk of Map.groupBy(
    deltas.filter(({ rows }) => rows < 0),
    ({ part, length }) => `${part} ${length}`,
  ).values())
    await connection.change(deleteEmpty(shape, shrunk))
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

/** What is said of a slot, behind its key. */
function contents({ dimensions, measures }: RollupShape): readonly TableColumn[] {
  return [
    ...dimensions.map(({ name, type }) => ({ name: dimensionColumn(name), type })),
    { name: 'rows', type: 'integer' },
    ...measures.flatMap(({ name }): readonly TableColumn[] => [
      { name: sumColumn(name), type: 'sum' },
      { name: countColumn(name), type: 'integer' },
    ]),
  ]
}

/** The same, as values. */
function contentsOf({ dimensions, rows, sums, counts }: Delta): readonly Value[] {
  return [...dimensions, rows, ...sums.flatMap((sum, index) => [sum, counts[index] ?? 0])]
}
