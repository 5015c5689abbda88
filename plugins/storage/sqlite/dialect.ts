/** SQL as SQLite speaks it. */

import type { Dialect, StoredType } from '../shared/sql/database.ts'
import { and, join, name, raw, sql } from '../shared/sql/sql.ts'

const types: Readonly<Record<StoredType, string>> = {
  text: 'TEXT',
  json: 'TEXT',
  texts: 'TEXT',
  integer: 'INTEGER',
  boolean: 'INTEGER',
  real: 'REAL',
  sum: 'REAL',
}
// oxlint-disable-next-line no-control-regex -- all of ASCII
const ascii = /^[\0-\x7f]*$/

export const dialect: Dialect = {
  stretches: (table, definition) => [sql`CREATE TABLE ${name(table)} (${definition}) WITHOUT ROWID`],
  counter: raw('INTEGER PRIMARY KEY AUTOINCREMENT'),
  appending: () => undefined,
  appended: () => undefined,
  forUpdate: raw(''),
  noLimit: raw(' LIMIT -1'),
  type: type => raw(types[type]),
  fraction: number => sql`CAST(${number} AS REAL)`,
  isOneOf: (text, values) => sql`${text} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`,
  equals: (column, _, value) => sql`${column} = ${value}`,
  indexed: column => column,
  // lower() knows ASCII alone, and fold() is slower.
  holds: (text, needle) => (ascii.test(needle) ? sql`instr(lower(${text}), ${needle}) > 0` : sql`instr(fold(${text}), ${needle}) > 0`),
  contains: (text, needle) => sql`instr(${text}, ${needle}) > 0`,
  member: (document, member) => sql`(${document} -> ${member})`,
  texts: (json, alias) => sql`json_each(${json}) AS ${name(alias)}`,
  newest: (timestamp, id) => sql`printf('%016d', ${timestamp}) || ${id}`,
  forEachSegment(segments, query) {
    const columns = ['period', 'from', 'to', 'length'] as const
    const { columns: asked, from, where, groupBy } = query(column => name('s', column))
    const table = sql`SELECT ${join(columns.map((column, index) => sql`json_extract(value, ${raw(`'$[${index}]'`)}) AS ${name(column)}`))} FROM json_each(${JSON.stringify(segments.map(segment => columns.map(column => (Reflect.get(segment, column) as number | undefined) ?? 0)))})`
    // CROSS keeps the order of the two: a range of the index for each segment.
    return sql`SELECT ${join([sql`${name('s', 'period')} AS period`, ...asked])} FROM (${table}) AS s CROSS JOIN ${from} WHERE ${and([where])} GROUP BY ${join([name('s', 'period'), ...groupBy])}`
  },
}

/** Tells of changes to documents of collections that somebody watches. */
export const changeTrigger = (['INSERT', 'UPDATE', 'DELETE'] as const)
  .map(
    event => `
  CREATE TRIGGER tapline_documents_${event.toLowerCase()} AFTER ${event} ON tapline_documents BEGIN
    UPDATE tapline_changes SET revision = revision + 1 WHERE collection = ${event === 'DELETE' ? 'old' : 'new'}.collection;
  END;`,
  )
  .join('')
