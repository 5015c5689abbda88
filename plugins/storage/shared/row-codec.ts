/** Rows as objects, and as the values that stand in a database's columns. */

import type { JournalRow } from '../../../core/index.ts'
import type { JournalShape, ShapedColumn } from './definition.ts'
import { decodeJson, decodeText, encodeJson, encodeText } from './text.ts'

export type Value = string | number | null

/** One row as it is stored. */
export interface EncodedRow {
  /** `id`, `timestamp`, and the columns of the shape, in that order. */
  readonly main: readonly Value[]
  /** The columns kept apart; undefined if there is nothing in them. */
  readonly apart: readonly Value[] | undefined
}

/** Longer ids fit into no index of some database. */
export const maxIdLength = 512

/** @throws RangeError */
export function checkId(id: string): string {
  if (id.length > maxIdLength) throw new RangeError(`an id of ${id.length} characters is too long; ${maxIdLength} are the limit`)
  return id
}

/** A value of a column; null for one that does not fit its type. */
export function encodeValue({ type }: Pick<ShapedColumn, 'type'>, value: unknown): Value {
  if (value === undefined || value === null) return null
  switch (type) {
    case 'text': return typeof value === 'string' ? encodeText(value) : null
    case 'integer': return typeof value === 'number' && Number.isFinite(value) ? wholeNumber(value) : null
    case 'real': return typeof value === 'number' && Number.isFinite(value) ? value : null
    case 'boolean': return typeof value === 'boolean' ? Number(value) : null
    case 'json': return encodeJson(value) ?? null
    case 'texts': return encodeTexts(value)
  }
}

export function decodeValue({ type }: Pick<ShapedColumn, 'type'>, value: Value | undefined): unknown {
  if (value === undefined || value === null) return null
  switch (type) {
    case 'text': return decodeText(String(value))
    case 'boolean': return value === 1
    case 'json': case 'texts': return decodeJson(String(value))
    default: return value
  }
}

/** Turns rows of one journal into values, and back. */
export class RowCodec<Row extends JournalRow> {
  readonly #shape: JournalShape

  constructor(shape: JournalShape) {
    this.#shape = shape
  }

  /** @throws RangeError if the id is too long */
  encode(row: Row): EncodedRow {
    const members = row as unknown as Readonly<Record<string, unknown>>
    const apart = this.#shape.apart.map(column => encodeValue(column, members[column.name]))
    return {
      main: [encodeText(checkId(row.id)), wholeNumber(row.timestamp), ...this.#shape.columns.map(column => encodeValue(column, members[column.name]))],
      apart: apart.every(value => value === null) ? undefined : apart,
    }
  }

  decode({ main, apart }: EncodedRow): Row {
    const row: Record<string, unknown> = { id: decodeText(String(main[0])), timestamp: main[1] }
    for (const [index, column] of this.#shape.columns.entries()) row[column.name] = decodeValue(column, main[index + 2])
    if (apart !== undefined) for (const [index, column] of this.#shape.apart.entries()) row[column.name] = decodeValue(column, apart[index])
    return row as unknown as Row
  }
}

/** Databases keep 64 bits, JavaScript 53. */
export function wholeNumber(value: number): number {
  return Math.min(Math.max(Math.trunc(value), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER)
}

/** Without repetition: a row counts once in each of its texts. */
function encodeTexts(value: unknown): Value {
  return Array.isArray(value) ? encodeJson([...new Set(value.filter(text => typeof text === 'string'))]) ?? null : null
}
