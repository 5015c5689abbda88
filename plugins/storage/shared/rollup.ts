/** What rows add to the sums that a journal keeps. */

import { hash } from 'node:crypto'
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

/** One combination of the dimensions of a part. */
interface Combination {
  readonly key: string
  readonly dimensions: readonly Value[]
  /** For each length of slot, by when it began. */
  readonly slots: readonly Map<number, Delta>[]
}

/** Collects what rows add, and what they take away. */
export class Deltas {
  readonly #rollup: RollupShape
  readonly #dimensions: readonly number[]
  readonly #measures: readonly number[]
  /** By slot and dimensions. */
  readonly #finest = new Map<string, Delta>()
  readonly #slots = new Set<number>()

  constructor(shape: JournalShape, rollup: RollupShape) {
    const positions = new Map(shape.columns.map(({ name }, index) => [name, index + 2]))
    this.#rollup = rollup
    this.#dimensions = rollup.dimensions.map(({ name }) => positions.get(name) ?? -1)
    this.#measures = rollup.measures.map(({ name }) => positions.get(name) ?? -1)
  }

  /** @param row `id`, `timestamp`, and the columns of the shape @param sign -1 for one that goes */
  add(row: readonly Value[], sign: 1 | -1 = 1): void {
    const delta = this.#at(
      slotOf(Number(row[1]), quarterMs),
      this.#dimensions.map(position => row[position] ?? null),
    )
    delta.rows += sign
    for (const [index, position] of this.#measures.entries()) {
      const value = row[position] ?? null
      if (value !== null) addTo(delta, index, sign * Number(value), sign)
    }
  }

  /** @param values slot, dimensions, rows, and a sum and a count for each measure */
  addGroup(values: readonly Value[]): void {
    const first = this.#dimensions.length + 1
    const delta = this.#at(Number(values[0]), values.slice(1, first))
    delta.rows += Number(values[first])
    for (let index = 0; index < this.#measures.length; index += 1)
      addTo(delta, index, Number(values[first + 1 + 2 * index]), Number(values[first + 2 + 2 * index]))
  }

  /** How many there are for all dimensions together, and the shortest slots. */
  get size(): number {
    return this.#finest.size
  }

  /** How many of the shortest slots are among them. */
  get slots(): number {
    return this.#slots.size
  }

  /** For all dimensions together, and the shortest slots. */
  finest(): readonly Delta[] {
    return [...this.#finest.values()].filter(changes)
  }

  /** For every length of slot, part after part. */
  *parts(): Iterable<readonly Delta[]> {
    for (const part of this.#rollup.parts.keys()) yield this.#ofPart(part).filter(changes)
  }

  #ofPart(part: number): readonly Delta[] {
    const lengths = slotLengthsOf(part, this.#rollup)
    const isOf = this.#rollup.dimensions.map(({ name }) => this.#rollup.parts[part]?.includes(name) === true)
    const combinations = new Map<string, Combination>()
    for (const finest of this.#finest.values()) {
      const dimensions = finest.dimensions.map((value, index) => (isOf[index] === true ? value : null))
      const text = JSON.stringify(dimensions)
      const combination = found(combinations, text, () => ({ key: keyOf(text), dimensions, slots: lengths.map(() => new Map()) }))
      for (const [index, length] of lengths.entries()) this.#addTo(combination, { part, length, index }, finest)
    }
    return [...combinations.values()].flatMap(({ slots }) => slots.flatMap(deltas => [...deltas.values()]))
  }

  #addTo(
    { key, dimensions, slots }: Combination,
    { part, length, index }: { readonly part: number; readonly length: number; readonly index: number },
    finest: Delta,
  ): void {
    const slot = slotOf(finest.slot, length)
    const delta = found(slots[index] as Map<number, Delta>, slot, () => this.#empty(part, length, slot, dimensions, key))
    delta.rows += finest.rows
    for (let measure = 0; measure < finest.sums.length; measure += 1) addTo(delta, measure, finest.sums[measure] ?? 0, finest.counts[measure] ?? 0)
  }

  #at(slot: number, dimensions: readonly Value[]): Delta {
    return found(this.#finest, `${slot} ${JSON.stringify(dimensions)}`, () => {
      this.#slots.add(slot)
      return this.#empty(0, quarterMs, slot, dimensions, '')
    })
  }

  #empty(part: number, length: number, slot: number, dimensions: readonly Value[], key: string): Delta {
    const { length: measures } = this.#measures
    return { part, length, slot, key, dimensions, rows: 0, sums: Array<number>(measures).fill(0), counts: Array<number>(measures).fill(0) }
  }
}

/** Short, however long the values are: databases limit what an index takes. */
function keyOf(dimensions: string): string {
  return hash('md5', dimensions, 'base64url')
}

function addTo({ sums, counts }: Delta, measure: number, sum: number, count: number): void {
  sums[measure] = (sums[measure] ?? 0) + sum
  counts[measure] = (counts[measure] ?? 0) + count
}

function changes({ rows, sums, counts }: Delta): boolean {
  return rows !== 0 || sums.some(sum => sum !== 0) || counts.some(count => count !== 0)
}

function found<K, T>(map: Map<K, T>, key: K, make: () => T): T {
  let value = map.get(key)
  if (value === undefined) map.set(key, (value = make()))
  return value
}
