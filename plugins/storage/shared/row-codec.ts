/** Rows as objects, and as the values that stand in a database's columns. */

import type { ColumnType, JournalRow } from '../../../core/storage/journal.ts'
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
const maxIdLength = 512

/** @throws RangeError */
export function checkId(id: string): string {
  if (id.length > maxIdLength) throw new RangeError(`an id of ${id.length} characters is too long; ${maxIdLength} are the limit`)
  return id
}

const encoders: Readonly<Record<ColumnType, (value: unknown) => Value>> = {
  text: value => (typeof value === 'string' ? encodeText(value) : null),
  integer: value => (typeof value === 'number' && Number.isFinite(value) ? wholeNumber(value) : null),
  real: value => (typeof value === 'number' && Number.isFinite(value) ? value : null),
  boolean: value => (typeof value === 'boolean' ? Number(value) : null),
  json: value => encodeJson(value) ?? null,
  texts: encodeTexts,
}

/** A value of a column; null for one that does not fit its type. */
export function encodeValue({ type }: Pick<ShapedColumn, 'type'>, value: unknown): Value {
  return value === undefined || value === null ? null : encoders[type](value)
}

export function decodeValue({ type }: Pick<ShapedColumn, 'type'>, value: Value | undefined): unknown {
  if (value === undefined || value === null) return null
  switch (type) {
    case 'text':
      return decodeText(String(value))
    case 'boolean':
      return value === 1
    case 'json':
    case 'texts':
      return decodeJson(String(value))
    default:
      return value
  }
}

/** A column, and how its values are encoded. */
interface Encoding {
  readonly name: string
  readonly encode: (value: unknown) => Value
}

/** Turns rows of one journal into values, and back. */
export class RowCodec<Row extends JournalRow = JournalRow> {
  readonly #shape: JournalShape
  readonly #main: readonly Encoding[]
  readonly #apart: readonly Encoding[]

  constructor(shape: JournalShape) {
    this.#shape = shape
    this.#main = shape.columns.map(encodingOf)
    this.#apart = shape.apart.map(encodingOf)
  }

  /** @throws RangeError if the id is too long */
  encode(row: Row): EncodedRow {
    const members = row as unknown as Members
    const main = encoded(this.#main, members, 2)
    main[0] = encodeText(checkId(row.id))
    main[1] = wholeNumber(row.timestamp)
    const isApart = this.#apart.some(({ name }) => (members[name] ?? null) !== null)
    return { main, apart: isApart ? encoded(this.#apart, members, 0) : undefined }
  }

  decode({ main, apart }: EncodedRow): Row {
    const row: Record<string, unknown> = { id: decodeText(String(main[0])), timestamp: main[1] }
    for (const [index, column] of this.#shape.columns.entries()) row[column.name] = decodeValue(column, main[index + 2])
    if (apart !== undefined) for (const [index, column] of this.#shape.apart.entries()) row[column.name] = decodeValue(column, apart[index])
    return row as unknown as Row
  }
}

type Members = Readonly<Record<string, unknown>>

function encodingOf({ name, type }: ShapedColumn): Encoding {
  return { name, encode: encoders[type] }
}

/** Every row that is recorded comes by here: a plain loop is twice as fast as `map`. @param offset of the first value */
function encoded(columns: readonly Encoding[], members: Members, offset: number): Value[] {
  const values = Array<Value>(offset + columns.length).fill(null)
  let index = offset
  for (const { name, encode } of columns) {
    const value = members[name]
    if (value !== undefined && value !== null) values[index] = encode(value)
    index += 1
  }
  return values
}

/** Databases keep 64 bits, JavaScript 53. */
export function wholeNumber(value: number): number {
  return Math.min(Math.max(Math.trunc(value), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER)
}

/** Without repetition: a row counts once in each of its texts. */
function encodeTexts(value: unknown): Value {
  if (!Array.isArray(value)) return null
  return value.length === 0 ? '[]' : (encodeJson([...new Set(value.filter(text => typeof text === 'string'))]) ?? null)
}
