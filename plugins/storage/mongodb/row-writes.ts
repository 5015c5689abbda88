/** Rows put in, changed and deleted, and the kept sums with them. */

import type { Collection, Db, Document } from 'mongodb'
import { StorageUnavailable, type Clock } from '../../../core/index.ts'
import type { EncodedChange } from '../shared/backend.ts'
import type { JournalShape, ShapedColumn } from '../shared/definition.ts'
import { Deltas, type Delta } from '../shared/rollup.ts'
import type { EncodedRow, Value } from '../shared/row-codec.ts'
import { Batches, type Batch, type WriterRecord } from './batches.ts'
import { KeptSums, type SumRecord } from './kept-sums.ts'
import { collectionNames, toField, toFields, toMain, toRow, type Mark, type RowDocument } from './layout.ts'
import { unlessDuplicate } from './duplicate.ts'

/** Deleted in one batch, so that no writer waits long. */
const deleteBatch = 250
/** How often rows that another process is writing are looked at again, and how long between. */
const patience = 50
const pauseMs = 100

export class RowWrites {
  readonly batches: Batches
  readonly #shape: JournalShape
  readonly #clock: Clock
  readonly #rows: Collection<RowDocument>
  readonly #apart: Collection<Document & { readonly _id: string }>
  readonly #sums: KeptSums | undefined

  constructor(database: Db, shape: JournalShape, clock: Clock) {
    const names = collectionNames(shape.name)
    this.#shape = shape
    this.#clock = clock
    this.#rows = database.collection(names.rows)
    this.#apart = database.collection(names.apart)
    this.batches = new Batches(database.collection<WriterRecord>(names.writers), clock)
    this.#sums = shape.rollup === undefined ? undefined : new KeptSums(database.collection<SumRecord>(names.sums), shape.rollup)
  }

  async append(rows: readonly EncodedRow[]): Promise<number> {
    const distinct = [...new Map(rows.map(row => [String(row.main[0]), row] as const).reverse()).values()].reverse()
    if (distinct.length === 0) return 0
    return await this.#batch(async batch => {
      const there = await this.#ids(distinct.map(({ main }) => String(main[0])))
      const fresh = distinct.filter(({ main }) => !there.has(String(main[0])))
      if (fresh.length === 0) return
      await this.#putApart(fresh)
      await unlessDuplicate(
        this.#rows.insertMany(
          fresh.map(({ main }) => ({ ...toRow(this.#shape, main), _mark: { ...batch } })),
          { ordered: false },
        ),
      )
    })
  }

  async amend(changes: readonly EncodedChange[]): Promise<void> {
    const byId = new Map<string, Record<string, Value>>()
    for (const { id, columns } of changes) byId.set(id, { ...byId.get(id), ...columns })
    if (byId.size === 0) return
    await this.#batch(async batch => {
      const there = await this.#mark([...byId.keys()], row => this.#changing(row, byId.get(row._id) ?? {}, batch))
      await this.#amendApart(there, byId)
    })
  }

  async deleteBefore(timestamp: number, limit: number): Promise<readonly string[]> {
    const deleted: string[] = []
    for (;;) {
      const some = Math.min(deleteBatch, limit - deleted.length)
      const ids = some <= 0 ? [] : await this.#deleteOldest(Math.ceil(timestamp), some)
      for (const id of ids) deleted.push(id)
      if (ids.length < some || some <= 0) return deleted
    }
  }

  /** Settles what processes left that are gone. */
  async settleLeft(): Promise<void> {
    for (const batch of await this.batches.left()) {
      await this.#count(batch)
      await this.batches.settle(batch)
      await this.#removeGone({ '_mark.writer': batch.writer, '_mark.number': batch.number })
    }
    for (const writer of await this.batches.forget()) await this.#removeGone({ '_mark.writer': writer })
  }

  /** Computes all sums anew. */
  async rebuildSums(): Promise<void> {
    for (let after = ''; ;) {
      const rows = await this.#rows
        .find({ _id: { $gt: after } })
        .sort({ _id: 1 })
        .limit(deleteBatch)
        .toArray()
      await this.batches.run(async batch => await this.#sums?.add(this.#deltas(rows.map(row => ({ ...row, _mark: batch }))), batch))
      if (rows.length < deleteBatch) return
      after = rows.at(-1)?._id ?? ''
    }
  }

  /** @returns how many rows the work wrote */
  async #batch(work: (batch: Batch) => Promise<void>): Promise<number> {
    const { count, deltas } = await this.batches.run(async batch => {
      await work(batch)
      return await this.#count(batch)
    })
    await this.#sums?.drop(deltas)
    return count
  }

  /** Has all rows of a batch count in the sums. */
  async #count(batch: Batch): Promise<{ readonly count: number; readonly deltas: readonly Delta[] }> {
    const rows = await this.#rows.find({ '_mark.writer': batch.writer, '_mark.number': batch.number }).toArray()
    const deltas = this.#deltas(rows)
    await this.#sums?.add(deltas, batch)
    return { count: rows.length, deltas }
  }

  /** What marked rows add to the sums, and what they take away. */
  #deltas(rows: readonly RowDocument[]): readonly Delta[] {
    if (this.#shape.rollup === undefined) return []
    const deltas = new Deltas(this.#shape, this.#shape.rollup)
    for (const { _mark: mark, ...row } of rows) {
      if (mark?.before !== undefined) deltas.add(toMain(this.#shape, mark.before), -1)
      deltas.add(toMain(this.#shape, row), mark?.gone === true ? -1 : 1)
    }
    return deltas.finest()
  }

  async #deleteOldest(before: number, limit: number): Promise<readonly string[]> {
    const oldest = await this.#rows
      .find({ timestamp: { $lt: before }, '_mark.gone': { $ne: true } }, { projection: { _id: 1 } })
      .sort({ timestamp: 1, _id: 1 })
      .limit(limit)
      .toArray()
    if (oldest.length === 0) return []
    let ids: readonly string[] = []
    await this.#batch(async batch => {
      ids = await this.#mark(
        oldest.map(({ _id }) => _id),
        () => ({ $set: { _mark: { ...batch, gone: true } } }),
      )
    })
    await this.#removeGone({ _id: { $in: [...ids] } })
    return ids
  }

  async #removeGone(condition: Document): Promise<void> {
    const gone = await this.#rows.find({ ...condition, '_mark.gone': true }, { projection: { _id: 1 } }).toArray()
    const ids = gone.map(({ _id }) => _id)
    await this.#apart.deleteMany({ _id: { $in: ids } })
    await this.#rows.deleteMany({ _id: { $in: ids } })
  }

  /** Writes rows in the name of a batch, each as it was read. @returns the ids of those that were there */
  async #mark(ids: readonly string[], change: (row: RowDocument) => Document): Promise<readonly string[]> {
    const marked: string[] = []
    for (let left = ids, attempt = 0; left.length > 0; attempt++) {
      if (attempt === patience) throw new StorageUnavailable(`rows of the journal ${this.#shape.name} are being written by somebody else`)
      if (attempt > 0)
        await new Promise<void>(resolve => {
          this.#clock.after(pauseMs, resolve)
        })
      const open = new Set<string>()
      const rows = await this.#rows.find({ _id: { $in: [...left] }, '_mark.gone': { $ne: true } }).toArray()
      for (const { writer, number } of await this.batches.open()) open.add(`${writer} ${number}`)
      const free = rows.filter(({ _mark }) => !open.has(`${_mark?.writer} ${_mark?.number}`))
      for (const row of free) if (await this.#markOne(row, change(row))) marked.push(row._id)
      const done = new Set(marked)
      left = rows.map(({ _id }) => _id).filter(id => !done.has(id))
    }
    return marked
  }

  async #markOne({ _id, _mark: mark }: RowDocument, update: Document): Promise<boolean> {
    const unchanged = mark === undefined ? { _mark: { $exists: false } } : { '_mark.writer': mark.writer, '_mark.number': mark.number }
    return (await this.#rows.updateOne({ _id, ...unchanged }, update)).matchedCount === 1
  }

  #changing({ _mark, ...before }: RowDocument, change: Readonly<Record<string, Value>>, batch: Batch): Document {
    const columns: readonly Pick<ShapedColumn, 'name' | 'type'>[] = [{ name: 'timestamp', type: 'integer' }, ...this.#shape.columns]
    const changed = columns.filter(({ name }) => name in change)
    const [set, unset] = [changed.filter(({ name }) => change[name] !== null), changed.filter(({ name }) => change[name] === null)]
    const mark: Mark = { ...batch, before }
    return {
      $set: { ...Object.fromEntries(set.map(column => [column.name, toField(column, change[column.name] ?? null)])), _mark: mark },
      ...(unset.length === 0 ? {} : { $unset: Object.fromEntries(unset.map(({ name }) => [name, ''])) }),
    }
  }

  async #amendApart(ids: readonly string[], changes: ReadonlyMap<string, Readonly<Record<string, Value>>>): Promise<void> {
    for (const id of ids) {
      const change = changes.get(id) ?? {}
      const columns = this.#shape.apart.filter(({ name }) => name in change)
      const set = Object.fromEntries(columns.map(column => [column.name, toField(column, change[column.name] ?? null)]))
      if (columns.length > 0) await this.#apart.updateOne({ _id: id }, { $set: set }, { upsert: true })
    }
  }

  async #ids(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const there = await this.#rows.find({ _id: { $in: [...ids] } }, { projection: { _id: 1 } }).toArray()
    return new Set(there.map(({ _id }) => _id))
  }

  async #putApart(rows: readonly EncodedRow[]): Promise<void> {
    const filled = rows.flatMap(({ main, apart }) => (apart === undefined ? [] : [{ _id: String(main[0]), ...toFields(this.#shape.apart, apart) }]))
    if (filled.length > 0) await unlessDuplicate(this.#apart.insertMany(filled, { ordered: false }))
  }
}
