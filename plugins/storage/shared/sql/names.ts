/** What the tables of a journal are called, and the columns that every one of them has. */

import type { JournalShape } from '../definition.ts'
import type { Connection, StoredType } from './database.ts'
import type { Sql } from './sql.ts'

export interface TableColumn {
  readonly name: string
  readonly type: StoredType
}

type Named = Pick<JournalShape, 'name'>

export const ownColumns: readonly TableColumn[] = [
  { name: 'id', type: 'text' },
  { name: 'timestamp', type: 'integer' },
]

export const rowsTable = ({ name }: Named) => `tapline_${name}`
/** What is kept apart from the rows. */
export const apartTable = ({ name }: Named) => `tapline_${name}_apart`
/** The kept sums. */
export const sumsTable = ({ name }: Named) => `tapline_${name}_sums`

/** Counts the rows of a table in the order in which they were put in. No column of a definition is called so. */
export const numberColumn = '_number'

/** The columns of the sums, behind those that say what is summed. */
export const sumColumn = (measure: string) => `sum_${measure}`
export const countColumn = (measure: string) => `num_${measure}`
export const dimensionColumn = (dimension: string) => `by_${dimension}`

/** Runs a statement without parameters. */
export function define(connection: Connection, statement: Sql): Promise<void> {
  return connection.define(statement.text(() => ''))
}
