/** Journals as they stand in the database: what each is made of, its indexes, and sums computed anew when a program keeps others. */

import type { Collection, Db } from 'mongodb'
import type { Clock } from '../../../core/index.ts'
import type { JournalShape } from '../shared/definition.ts'
import type { Exclusive } from './exclusive.ts'
import { isSame, joined } from '../shared/joined-shape.ts'
import { RowCodec } from '../shared/row-codec.ts'
import { collectionNames } from './layout.ts'
import { RowReads } from './row-reads.ts'
import { RowWrites } from './row-writes.ts'
import { Sums } from './sums.ts'

interface JournalRecord {
  readonly _id: string
  /** JSON of a shape. */
  readonly shape: string
}

export interface OpenJournal {
  readonly codec: RowCodec
  readonly reads: RowReads
  readonly writes: RowWrites
  readonly sums: Sums
}

export class Journals {
  readonly #database: Db
  readonly #clock: Clock
  readonly #alone: Exclusive
  readonly #records: Collection<JournalRecord>
  readonly #open = new Map<string, OpenJournal>()

  constructor(database: Db, clock: Clock, alone: Exclusive) {
    this.#database = database
    this.#clock = clock
    this.#alone = alone
    this.#records = database.collection('tapline_journals')
  }

  /** @throws Error if it stands there with columns of other types */
  async open(shape: JournalShape): Promise<void> {
    const journal = this.#journal(shape)
    const before = await this.#before(shape)
    if (before === undefined || !isSame(joined(shape, before), before)) await this.#alone.run(async () => await this.#prepare(shape, journal))
    await journal.writes.settleLeft()
    this.#open.set(shape.name, journal)
  }

  /** @throws TypeError for one that was not opened */
  of(name: string): OpenJournal {
    const journal = this.#open.get(name)
    if (journal === undefined) throw new TypeError(`the journal ${name} is not open`)
    return journal
  }

  all(): readonly OpenJournal[] {
    return [...this.#open.values()]
  }

  #journal(shape: JournalShape): OpenJournal {
    const reads = new RowReads(this.#database, shape)
    const writes = new RowWrites(this.#database, shape, this.#clock)
    return { codec: new RowCodec(shape), reads, writes, sums: new Sums(this.#database, shape, reads, writes.batches) }
  }

  async #prepare(shape: JournalShape, { writes }: OpenJournal): Promise<void> {
    const before = await this.#before(shape)
    if (before !== undefined) checkTypes(shape, before)
    const names = collectionNames(shape.name)
    for (const key of indexesOf(shape, before)) await this.#database.collection(names.rows).createIndex(key)
    if (shape.rollup !== undefined && !isSame(keptOf(shape), before === undefined ? undefined : keptOf(before))) {
      await this.#database.collection(names.sums).deleteMany({})
      if (before?.rollup === undefined) await this.#database.collection(names.sums).createIndex({ _slot: 1 })
      if (before !== undefined) await writes.rebuildSums()
    }
    const text = JSON.stringify(before === undefined ? shape : joined(shape, before))
    await this.#records.updateOne({ _id: shape.name }, { $set: { shape: text } }, { upsert: true })
  }

  async #before({ name }: JournalShape): Promise<JournalShape | undefined> {
    const record = await this.#records.findOne({ _id: name })
    return record === null ? undefined : (JSON.parse(record.shape) as JournalShape)
  }
}

/** Those that are not there yet. */
function indexesOf({ columns }: JournalShape, before: JournalShape | undefined): readonly Record<string, 1>[] {
  const isNew = (name: string) => before?.columns.find(column => column.name === name)?.indexed !== true
  return [
    ...(before === undefined ? [{ timestamp: 1, _id: 1 } as const, { '_mark.writer': 1, '_mark.number': 1 } as const] : []),
    ...columns.filter(({ indexed, name }) => indexed && isNew(name)).map(({ name }) => ({ [name]: 1, timestamp: 1, _id: 1 }) as const),
  ]
}

function checkTypes(shape: JournalShape, before: JournalShape): void {
  for (const column of [...shape.columns, ...shape.apart]) {
    const there = [...before.columns, ...before.apart].find(({ name }) => name === column.name)
    if (there !== undefined && there.type !== column.type)
      throw new Error(`the journal ${shape.name} has a column ${column.name} of type ${there.type} in the database, and of type ${column.type} in this program`)
    if (before.apart.some(({ name }) => name === column.name) !== shape.apart.includes(column) && there !== undefined)
      throw new Error(`the journal ${shape.name} has its column ${column.name} in another place than this program`)
  }
}

/** What the kept sums are made of. */
function keptOf({ rollup }: JournalShape): unknown {
  return rollup === undefined ? undefined : [rollup.dimensions, rollup.measures]
}
