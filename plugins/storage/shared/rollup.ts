/** What rows add to the sums that a journal keeps. */

import { createHash } from 'node:crypto'
import type { JournalShape, RollupShape } from './definition.ts'
import type { Value } from './row-codec.ts'
import { quarterMs, slotLengths, slotOf } from './slots.ts'

/** What changes in the sums of one slot, for one combination of dimensions. */
export interface Delta {
  readonly part: number
  readonly length: number
  readonly slot: number
  /** Identifies the values of the part's dimensions. */
  readonly key: string
  /** In the order of all dimensions; null where the part does without. */
  readonly dimensions: readonly Value[]
  rows: number
  /** By measure. */
  readonly sums: number[]
  /** How many rows have a value, by measure. */
  readonly counts: number[]
}

/** Collects what rows add, and what they take away. */
export class Deltas {
  readonly #rollup: RollupShape
  readonly #dimensions: readonly number[]
  readonly #measures: readonly number[]
  readonly #finest = new Map<string, Delta>()

  constructor(shape: JournalShape, rollup: RollupShape) {
    const positions = new Map(shape.columns.map(({ name }, index) => [name, index + 2]))
    this.#rollup = rollup
    this.#dimensions = rollup.dimensions.map(({ name }) => positions.get(name) ?? -1)
    this.#measures = rollup.measures.map(({ name }) => positions.get(name) ?? -1)
  }

  /** @param row `id`, `timestamp`, and the columns of the shape @param sign -1 for one that goes */
  add(row: readonly Value[], sign: 1 | -1 = 1): void {
    const dimensions = this.#dimensions.map(position => row[position] ?? null)
    const slot = slotOf(Number(row[1]), quarterMs)
    const delta = found(this.#finest, `${slot} ${JSON.stringify(dimensions)}`, () => this.#empty(0, quarterMs, slot, dimensions))
    delta.rows += sign
    for (const [index, position] of this.#measures.entries()) {
      const value = row[position] ?? null
      if (value === null) continue
      delta.sums[index] = (delta.sums[index] ?? 0) + sign * Number(value)
      delta.counts[index] = (delta.counts[index] ?? 0) + sign
    }
  }

  /** For every part and length of slot; in one order, so that two writers never wait for each other. */
  all(): readonly Delta[] {
    const all = new Map<string, Delta>()
    for (const finest of this.#finest.values()) {
      for (const [part, names] of this.#rollup.parts.entries()) {
        const dimensions = this.#rollup.dimensions.map(({ name }, index) => names.includes(name) ? finest.dimensions[index] ?? null : null)
        const text = JSON.stringify(dimensions)
        for (const length of slotLengths) {
          const slot = slotOf(finest.slot, length)
          merge(found(all, `${part} ${length} ${slot} ${text}`, () => this.#empty(part, length, slot, dimensions)), finest)
        }
      }
    }
    return [...all].sort(([one], [other]) => one < other ? -1 : 1).map(([, delta]) => delta).filter(({ rows, sums, counts }) => rows !== 0 || [...sums, ...counts].some(value => value !== 0))
  }

  #empty(part: number, length: number, slot: number, dimensions: readonly Value[]): Delta {
    const zeros = () => this.#measures.map(() => 0)
    return { part, length, slot, key: keyOf(dimensions), dimensions, rows: 0, sums: zeros(), counts: zeros() }
  }
}

/** Short, however long the values are: databases limit what an index takes. */
function keyOf(dimensions: readonly Value[]): string {
  return createHash('md5').update(JSON.stringify(dimensions)).digest('base64url')
}

function merge(into: Delta, { rows, sums, counts }: Delta): void {
  into.rows += rows
  for (const [index, sum] of sums.entries()) into.sums[index] = (into.sums[index] ?? 0) + sum
  for (const [index, count] of counts.entries()) into.counts[index] = (into.counts[index] ?? 0) + count
}

function found<T>(map: Map<string, T>, key: string, make: () => T): T {
  let value = map.get(key)
  if (value === undefined) map.set(key, value = make())
  return value
}
