/** Rows as lines of JSON, each with a line feed behind it: how they are spooled, and how they go to another thread. */

import type { JournalRow } from './journal.ts'

/** @param lines each the JSON of one row */
export function joined(lines: readonly string[]): Buffer {
  return Buffer.from(lines.length === 0 ? '' : `${lines.join('\n')}\n`)
}

export function linesOf(rows: readonly JournalRow[]): Buffer {
  return joined(rows.map(row => JSON.stringify(row)))
}

/** The rows themselves. @param rows lines, unless they are rows already */
export function rowsIn<Row extends JournalRow>(rows: readonly Row[] | Uint8Array): readonly Row[] {
  if (!(rows instanceof Uint8Array)) return rows
  const text = Buffer.from(rows.buffer, rows.byteOffset, rows.length).toString()
  return JSON.parse(`[${text.slice(0, -1).replaceAll('\n', ',')}]`) as readonly Row[]
}
