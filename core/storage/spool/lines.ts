/** Rows as lines of JSON, each with a line feed behind it: how they are spooled, and how they go to another thread. */

import type { JournalRow } from '../journal.ts'

/** @param lines each the JSON of one row */
export function joined(lines: readonly string[]): Buffer {
  return Buffer.from(lines.length === 0 ? '' : `${lines.join('\n')}\n`)
}

export function linesOf(rows: readonly JournalRow[]): Buffer {
  return joined(rows.map(row => JSON.stringify(row)))
}

/** Each line as a text. @param lines at least one */
export function textsIn(lines: Buffer): readonly string[] {
  return lines.toString('utf8', 0, lines.length - 1).split('\n')
}

/** The rows themselves. One line is read after the other: one text of them all would be old before it is read. @param rows lines, unless they are rows already */
export function rowsIn<Row extends JournalRow>(rows: readonly Row[] | Uint8Array): readonly Row[] {
  if (!(rows instanceof Uint8Array)) return rows
  const lines = Buffer.from(rows.buffer, rows.byteOffset, rows.length)
  const found: Row[] = []
  for (let start = 0; start < lines.length;) {
    const end = endOfLine(lines, start)
    found.push(JSON.parse(lines.toString('utf8', start, end)) as Row)
    start = end + 1
  }
  return found
}

const opening = '{"id":"'
/** Ids are shorter. */
const headBytes = 256
const newline = 0x0a

/** The ids of rows. Rows are made with their ids in front: then nothing else of them is read. */
export function idsIn(lines: Buffer): readonly string[] {
  const ids: string[] = []
  for (let start = 0; start < lines.length;) {
    const end = endOfLine(lines, start)
    ids.push(idInFront(lines.toString('utf8', start, Math.min(end, start + headBytes))) ?? idOf(lines.toString('utf8', start, end)))
    start = end + 1
  }
  return ids
}

function endOfLine(lines: Buffer, start: number): number {
  const end = lines.indexOf(newline, start)
  return end < 0 ? lines.length : end
}

export function idOf(line: string): string {
  return idInFront(line) ?? (JSON.parse(line) as JournalRow).id
}

function idInFront(line: string): string | undefined {
  const end = line.startsWith(opening) ? line.indexOf('"', opening.length) : -1
  const id = line.slice(opening.length, Math.max(end, 0))
  return end < 0 || id.includes('\\') ? undefined : id
}
