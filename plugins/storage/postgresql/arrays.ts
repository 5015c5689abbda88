/** Lists of values in PostgreSQL's binary form: neither side has to spell and to read them as text, which costs more than all else about putting rows in. */

import { types } from 'pg'
import type { StoredType } from '../shared/sql/database.ts'
import type { Value } from '../shared/row-codec.ts'

interface ElementType {
  /** For a cast. */
  readonly name: string
  readonly id: number
  /** Of every value; undefined for texts. */
  readonly bytes: number | undefined
  write(into: Buffer, value: number, at: number): void
}

const text: ElementType = { name: 'text[]', id: types.builtins.TEXT, bytes: undefined, write() {} }
const bigint: ElementType = { name: 'bigint[]', id: types.builtins.INT8, bytes: 8, write: writeWhole }
const smallint: ElementType = { name: 'smallint[]', id: types.builtins.INT2, bytes: 2, write: (into, value, at) => void into.writeInt16BE(value, at) }
const double: ElementType = { name: 'double precision[]', id: types.builtins.FLOAT8, bytes: 8, write: (into, value, at) => void into.writeDoubleBE(value, at) }

const elementTypes: Readonly<Record<StoredType, ElementType>> = { text, json: text, texts: text, integer: bigint, boolean: smallint, real: double, sum: double }

/** The dimensions of a list: how many, whether there are nulls, the type, the length, and the first index. */
const headBytes = 20
const lengthBytes = 4

/** The type of a list of a column's values, for a cast. */
export function arrayTypeOf(type: StoredType): string {
  return elementTypes[type].name
}

/** The values of one column, as one parameter. @param index of the column */
export function binaryArray(type: StoredType, rows: readonly (readonly Value[])[], index: number): Buffer {
  const element = elementTypes[type]
  const into = Buffer.allocUnsafe(headBytes + sizeOf(rows, index, element))
  let at = writeHead(into, rows.length, element.id)
  for (const row of rows) at = writeValue(into, row[index] ?? null, at, element)
  return into.subarray(0, at)
}

/** At most. */
function sizeOf(rows: readonly (readonly Value[])[], index: number, { bytes }: ElementType): number {
  if (bytes !== undefined) return rows.length * (lengthBytes + bytes)
  return rows.reduce((sum, row) => sum + lengthBytes + 3 * String(row[index] ?? '').length, 0)
}

function writeHead(into: Buffer, length: number, id: number): number {
  for (const [index, value] of [1, 1, id, length, 1].entries()) into.writeInt32BE(value, index * 4)
  return headBytes
}

/** @returns where the next one begins */
function writeValue(into: Buffer, value: Value, at: number, { bytes, write }: ElementType): number {
  if (value === null) return into.writeInt32BE(-1, at)
  const length = bytes ?? into.write(String(value), at + lengthBytes, 'utf8')
  into.writeInt32BE(length, at)
  if (bytes !== undefined) write(into, Number(value), at + lengthBytes)
  return at + lengthBytes + length
}

/** 64 bits of a number of 53. */
function writeWhole(into: Buffer, value: number, at: number): void {
  into.writeInt32BE(Math.floor(value / 2 ** 32), at)
  into.writeUInt32BE(value - Math.floor(value / 2 ** 32) * 2 ** 32, at + 4)
}
