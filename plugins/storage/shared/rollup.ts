/** What rows add to the sums that a journal keeps. */

import { createHash } from 'node:crypto'
import type { JournalShape, RollupShape } from './definition.ts'
import type { Value } from './row-codec.ts'
import { quarterMs, slotLengthsOf, slotOf } from './slots.ts'

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
    const delta = this.#at(slotOf(Number(row[1]), quarterMs), this.#dimensions.map(position => row[position] ?? null))
    delta.rows += sign
    for (const [index, position] of this.#measures.entries()) {
      const value = row[position] ?? null
      if (value !== null) addTo(delta, index, sign * Number(value), sign)
    }
  }

  /** @param values slot, dimensions, rows, and a sum and a count for each measure */
  addDelta([slot, ...values]: readonly Value[]): void {
    const dimensions = values.slice(0, this.#dimensions.length)
    const [rows, ...sums] = values.slice(this.#dimensions.length).map(Number)
    const delta = this.#at(Number(slot), dimensions)
    delta.rows += rows ?? 0
    for (const index of this.#measures.keys()) addTo(delta, index, sums[2 * index] ?? 0, sums[2 * index + 1] ?? 0)
  }

  /** For all dimensions together, and the shortest slots. */
  finest(): readonly Delta[] {
    return [...this.#finest.values()].filter(changes)
  }

  /** For every part and length of slot; in one order, so that two writers never wait for each other. */
  all(): readonly Delta[] {
    const all = new Map<string, Delta>()
    for (const finest of this.#finest.values()) for (const part of this.#rollup.parts.keys()) this.#addTo(all, part, finest)
    return [...all].sort(([one], [other]) => one < other ? -1 : 1).map(([, delta]) => delta).filter(changes)
  }

  #addTo(all: Map<string, Delta>, part: number, finest: Delta): void {
    const names = this.#rollup.parts[part] ?? []
    const dimensions = this.#rollup.dimensions.map(({ name }, index) => names.includes(name) ? finest.dimensions[index] ?? null : null)
    const text = JSON.stringify(dimensions)
    for (const length of slotLengthsOf(part, this.#rollup)) {
      const slot = slotOf(finest.slot, length)
      const delta = found(all, `${part} ${length} ${slot} ${text}`, () => this.#empty(part, length, slot, dimensions, keyOf(text)))
      delta.rows += finest.rows
      for (const [index, sum] of finest.sums.entries()) addTo(delta, index, sum, finest.counts[index] ?? 0)
    }
  }

  #at(slot: number, dimensions: readonly Value[]): Delta {
    return found(this.#finest, `${slot} ${JSON.stringify(dimensions)}`, () => this.#empty(0, quarterMs, slot, dimensions, ''))
  }

  #empty(part: number, length: number, slot: number, dimensions: readonly Value[], key: string): Delta {
    const zeros = () => this.#measures.map(() => 0)
    return { part, length, slot, key, dimensions, rows: 0, sums: zeros(), counts: zeros() }
  }
}

/** Short, however long the values are: databases limit what an index takes. */
function keyOf(dimensions: string): string {
  return createHash('md5').update(dimensions).digest('base64url')
}

function addTo({ sums, counts }: Delta, measure: number, sum: number, count: number): void {
  sums[measure] = (sums[measure] ?? 0) + sum
  counts[measure] = (counts[measure] ?? 0) + count
}

function changes({ rows, sums, counts }: Delta): boolean {
  return rows !== 0 || sums.some(sum => sum !== 0) || counts.some(count => count !== 0)
}

function found<T>(map: Map<string, T>, key: string, make: () => T): T {
  let value = map.get(key)
  if (value === undefined) map.set(key, value = make())
  return value
}
