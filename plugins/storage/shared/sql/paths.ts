/** User paths in SQL. */

import { encodeText } from '../text.ts'
import { and, sql, type Sql } from './sql.ts'

/** Whether a column has this user path, or one below it. Everything is below `/`. */
export function isWithin(column: Sql, path: string): Sql {
  if (path === '' || path === '/') return and([])
  const root = encodeText(path)
  // "0" follows "/": what begins with "/team/" lies between the two.
  return sql`${column} = ${root} OR ${column} >= ${`${root}/`} AND ${column} < ${`${root}0`}`
}
