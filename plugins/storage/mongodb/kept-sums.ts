/** The sums that a journal keeps, of all dimensions together and for quarters of an hour. Each counts a batch once, however often it is told. */

import { createHash } from 'node:crypto'
import type { Collection, Document } from 'mongodb'
import type { RollupShape } from '../shared/definition.ts'
import type { Delta } from '../shared/rollup.ts'
import type { Batch } from './batches.ts'
import { all } from './filters.ts'
import { toFields } from './layout.ts'
import { isDuplicate } from './duplicate.ts'

/** The sums of one slot, for one combination of dimensions, which are fields beside these. */
export interface SumRecord extends Document {
  readonly _id: string
  readonly _slot: number
  readonly _rows: number
  /** By measure. */
  readonly _sums: Readonly<Record<string, number>>
  /** How many rows have a value, by measure. */
  readonly _counts: Readonly<Record<string, number>>
  /** The newest batch that it counts, by writer. */
  readonly _counted: Readonly<Record<string, number>>
}

export class KeptSums {
  readonly #records: Collection<SumRecord>
  readonly #rollup: RollupShape

  constructor(records: Collection<SumRecord>, rollup: RollupShape) {
    this.#records = records
    this.#rollup = rollup
  }

  /** Counts a batch where it is not counted yet. */
  async add(deltas: readonly Delta[], batch: Batch): Promise<void> {
    for (let left = deltas; left.length > 0; left = await this.#uncounted(left, batch)) {
      if (await this.#tryAdd(left, batch)) return
    }
  }

  /** Drops those that no row is left of, once the batch is settled. */
  async drop(deltas: readonly Delta[]): Promise<void> {
    const shrunk = deltas.filter(({ rows }) => rows < 0).map(idOf)
    if (shrunk.length > 0) await this.#records.deleteMany({ _id: { $in: shrunk }, _rows: 0 })
  }

  /** Those that count rows at all. */
  find(condition: Document): AsyncIterable<SumRecord> {
    return this.#records.find(all([{ _rows: { $gt: 0 } }, condition]))
  }

  /** @returns false if some were there that count the batch, or that somebody else made just now */
  async #tryAdd(deltas: readonly Delta[], batch: Batch): Promise<boolean> {
    try {
      await this.#records.bulkWrite(
        deltas.map(delta => ({
          updateOne: {
            filter: { _id: idOf(delta), [`_counted.${batch.writer}`]: { $not: { $gte: batch.number } } },
            update: this.#update(delta, batch),
            upsert: true,
          },
        })),
        { ordered: false },
      )
      return true
    } catch (cause) {
      if (isDuplicate(cause)) return false
      throw cause
    }
  }

  #update({ slot, dimensions, rows, sums, counts }: Delta, { writer, number }: Batch): Document {
    const { measures } = this.#rollup
    return {
      $inc: {
        _rows: rows,
        ...Object.fromEntries(
          measures.flatMap(({ name }, index) => [
            [`_sums.${name}`, sums[index] ?? 0],
            [`_counts.${name}`, counts[index] ?? 0],
          ]),
        ),
      },
      $set: { [`_counted.${writer}`]: number },
      $setOnInsert: { _slot: slot, ...toFields(this.#rollup.dimensions, dimensions) },
    }
  }

  async #uncounted(deltas: readonly Delta[], { writer, number }: Batch): Promise<readonly Delta[]> {
    const counted = await this.#records.find({ _id: { $in: deltas.map(idOf) }, [`_counted.${writer}`]: { $gte: number } }, { projection: { _id: 1 } }).toArray()
    const ids = new Set(counted.map(({ _id }) => _id))
    return deltas.filter(delta => !ids.has(idOf(delta)))
  }
}

/** Short, however long the values are. */
function idOf({ slot, dimensions }: Delta): string {
  return `${slot} ${createHash('sha256').update(JSON.stringify(dimensions)).digest('base64url')}`
}
