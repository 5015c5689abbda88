/** Batches of writes that count in the kept sums exactly once, though a server may have no transactions. */

import { randomBytes } from 'node:crypto'
import type { Collection } from 'mongodb'
import type { Clock } from '../../../core/index.ts'

/** One batch of one writer, which makes them one after the other. Each row says which batch wrote it last, each kept sum up to which batch of each writer it counts. */
export interface Batch {
  readonly writer: string
  readonly number: number
}

export interface WriterRecord {
  readonly _id: string
  /** The newest batch. All before it are settled. */
  readonly begun: number
  /** The newest batch whose rows all count. */
  readonly settled?: number
  /** Milliseconds since 1970, when it began the newest. */
  readonly at: number
}

/** A batch that is not settled by then was left by a process that is gone. */
const staleMs = 600_000
/** No row of a writer that has been silent for so long is waited for. */
const silentMs = 86_400_000

export class Batches {
  readonly #writers: Collection<WriterRecord>
  readonly #clock: Clock
  #writer = newWriter()
  #number = 0
  #turn: Promise<unknown> = Promise.resolve()

  constructor(writers: Collection<WriterRecord>, clock: Clock) {
    this.#writers = writers
    this.#clock = clock
  }

  /** Runs work as one batch, after those before it. What fails is left to be settled later, and has no successor. */
  async run<T>(work: (batch: Batch) => Promise<T>): Promise<T> {
    const turn = this.#turn.then(async () => await this.#run(work))
    this.#turn = turn.catch(() => {})
    return await turn
  }

  /** Batches whose rows may not all count yet. */
  async open(): Promise<readonly Batch[]> {
    return (await this.#writers.find().toArray()).filter(isOpen).map(toBatch)
  }

  /** Batches that nobody will settle but us. */
  async left(): Promise<readonly Batch[]> {
    const writers = await this.#writers.find({ at: { $lt: this.#clock.now() - staleMs } }).toArray()
    return writers.filter(writer => isOpen(writer) && writer._id !== this.#writer).map(toBatch)
  }

  async settle({ writer, number }: Batch): Promise<void> {
    await this.#writers.updateOne({ _id: writer, begun: number }, { $set: { settled: number } })
  }

  /** Forgets writers that have nothing left to settle. @returns their names */
  async forget(): Promise<readonly string[]> {
    const writers = await this.#writers.find({ at: { $lt: this.#clock.now() - silentMs } }).toArray()
    const names = writers.filter(writer => !isOpen(writer)).map(({ _id }) => _id)
    await this.#writers.deleteMany({ _id: { $in: names } })
    return names
  }

  async #run<T>(work: (batch: Batch) => Promise<T>): Promise<T> {
    const batch = { writer: this.#writer, number: ++this.#number }
    try {
      await this.#writers.updateOne({ _id: batch.writer }, { $set: { begun: batch.number, at: this.#clock.now() } }, { upsert: true })
      const result = await work(batch)
      await this.settle(batch)
      return result
    } catch (cause) {
      this.#writer = newWriter()
      this.#number = 0
      throw cause
    }
  }
}

function newWriter(): string {
  return randomBytes(8).toString('hex')
}

function isOpen({ begun, settled }: WriterRecord): boolean {
  return begun !== settled
}

function toBatch({ _id, begun }: WriterRecord): Batch {
  return { writer: _id, number: begun }
}
