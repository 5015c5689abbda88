/** Rows of a journal: one, a page, or the next ones. */

import type { Collection, Db, Document } from 'mongodb'
import type { Filter } from '../../../core/storage/journal.ts'
import type { PageQuery, RowsQuery } from '../shared/backend.ts'
import type { JournalShape } from '../shared/definition.ts'
import type { EncodedRow } from '../shared/row-codec.ts'
import { conditionOf, holdingColumn, searchesOf } from './conditions.ts'
import { all, oneOf } from './filters.ts'
import { collectionNames, toMain, toValues, type RowDocument } from './layout.ts'

/** Rows that a batch is about to delete. */
const isThere: Document = { '_mark.gone': { $ne: true } }

export class RowReads {
  readonly #shape: JournalShape
  readonly #rows: Collection<RowDocument>
  readonly #apart: Collection<Document & { readonly _id: string }>

  constructor(database: Db, shape: JournalShape) {
    const names = collectionNames(shape.name)
    this.#shape = shape
    this.#rows = database.collection(names.rows)
    this.#apart = database.collection(names.apart)
  }

  async get(id: string): Promise<EncodedRow | undefined> {
    const found = await this.#rows.findOne({ $and: [{ _id: id }, isThere] })
    return found === null ? undefined : (await this.#whole([found]))[0]
  }

  async list({ filter, order, limit, offset }: RowsQuery): Promise<readonly EncodedRow[]> {
    const found = await this.#sorted(await this.condition(filter), order)
      .skip(offset)
      .limit(limit)
      .toArray()
    return found.map(row => this.#listed(row))
  }

  async count(filter: Filter): Promise<number> {
    return await this.#rows.countDocuments(await this.condition(filter))
  }

  async page({ filter, order, limit, whole, after }: PageQuery): Promise<readonly EncodedRow[]> {
    const beyond = order === 'desc' ? '$lt' : '$gt'
    const behind =
      after === undefined ? {} : { $or: [{ timestamp: { [beyond]: after.timestamp } }, { timestamp: after.timestamp, _id: { [beyond]: after.id } }] }
    const found = await this.#sorted(all([behind, await this.condition(filter)]), order)
      .limit(limit)
      .toArray()
    return whole ? await this.#whole(found) : found.map(row => this.#listed(row))
  }

  /** Rows with no more than some columns, in no order. */
  async pick(condition: Document, columns: readonly string[]): Promise<AsyncIterable<RowDocument>> {
    return this.#rows.find(condition, { projection: Object.fromEntries(['timestamp', ...columns].map(column => [column, 1])) })
  }

  /** What finds the rows of a filter. @throws TypeError if it names a column that pages do not list */
  async condition(filter: Filter): Promise<Document> {
    const apart = new Map<string, readonly string[]>()
    for (const search of searchesOf(filter)) apart.set(search, await this.#holdingApart(search))
    return all([isThere, conditionOf(filter, this.#shape, apart)])
  }

  async #holdingApart(search: string): Promise<readonly string[]> {
    const columns = holdingColumn(this.#shape.apart, search)
    if (columns.length === 0) return []
    return (await this.#apart.find(oneOf(columns), { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id)
  }

  #sorted(condition: Document, order: 'asc' | 'desc') {
    const direction = order === 'desc' ? -1 : 1
    return this.#rows.find(condition).sort({ timestamp: direction, _id: direction })
  }

  #listed(row: RowDocument): EncodedRow {
    return { main: toMain(this.#shape, row), apart: undefined }
  }

  async #whole(rows: readonly RowDocument[]): Promise<readonly EncodedRow[]> {
    const found = this.#shape.apart.length === 0 ? [] : await this.#apart.find({ _id: { $in: rows.map(({ _id }) => _id) } }).toArray()
    const apart = new Map(found.map(document => [document._id, document]))
    return rows.map(row => ({ main: toMain(this.#shape, row), apart: toValues(this.#shape.apart, apart.get(row._id)) }))
  }
}
