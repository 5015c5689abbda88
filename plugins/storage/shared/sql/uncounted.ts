/** Rows that do not count in the kept sums yet. */

import type { JournalShape } from '../definition.ts'
import type { Database } from './database.ts'
import { numberColumn, rowsTable } from './names.ts'
import { name, sql, type Sql } from './sql.ts'

/** The number of the newest row that counts: all before it count, and none behind it. */
export function countedOf({ name: journal }: JournalShape): Sql {
  return sql`SELECT counted FROM tapline_journals WHERE name = ${journal}`
}

/** When the oldest row was that does not count; Infinity if all do. */
export async function firstUncounted(database: Database, shape: JournalShape): Promise<number> {
  // "+ 0" keeps databases from looking for it along the index of time.
  const [row] = await database.ask(
    sql`SELECT min(timestamp + 0) AS first FROM ${name(rowsTable(shape))} WHERE ${name(numberColumn)} > (${countedOf(shape)})`,
    'question',
  )
  const first = row?.['first'] ?? null
  return first === null ? Infinity : Number(first)
}
