/** A backend over a database that speaks SQL. */

import type { JournalRow, SumsQuery } from '../../../../core/storage/journal.ts'
import { rowsIn } from '../../../../core/storage/spool/lines.ts'
import type { Backend, DocumentQuery, DocumentWrite, EncodedChange, PageQuery, RowsQuery } from '../backend.ts'
import type { JournalShape } from '../definition.ts'
import { RowCodec } from '../row-codec.ts'
import { Counting, type Later } from './counting.ts'
import type { Database } from './database.ts'
import { Documents } from './documents.ts'
import { RowReads } from './row-reads.ts'
import { RowWrites } from './row-writes.ts'
import { name, sql } from './sql.ts'
import { Sums } from './sums.ts'
import { prepareTables } from './tables.ts'
import { whereaboutsOf } from './whereabouts.ts'

interface Tables {
  readonly shape: JournalShape
  readonly codec: RowCodec
  readonly reads: RowReads
  readonly writes: RowWrites
  readonly sums: Sums
  readonly counting: Counting | undefined
}

export class Engine implements Backend {
  readonly #database: Database
  readonly #documents: Documents
  readonly #later: Later
  readonly #journals = new Map<string, Tables>()

  constructor(database: Database, later: Later) {
    this.#database = database
    this.#later = later
    this.#documents = new Documents(database)
  }

  async ping(): Promise<void> {
    await this.#database.ask(sql`SELECT 1 AS one`, 'lookup')
  }

  putDocument(write: DocumentWrite) {
    return this.#documents.put(write)
  }

  getDocument(collection: string, id: string, now: number) {
    return this.#documents.get(collection, id, now)
  }

  listDocuments(query: DocumentQuery) {
    return this.#documents.list(query)
  }

  deleteDocument(collection: string, id: string, now: number, expected: number | undefined) {
    return this.#documents.delete(collection, id, now, expected)
  }

  deleteDocuments(query: DocumentQuery) {
    return this.#documents.deleteAll(query)
  }

  purgeDocuments(now: number) {
    return this.#documents.purge(now)
  }

  async revisions(collections: readonly string[]): Promise<Readonly<Record<string, number>>> {
    const { dialect } = this.#database
    const find = () =>
      this.#database.ask(sql`SELECT collection, revision FROM tapline_changes WHERE ${dialect.isOneOf(name('collection'), collections)}`, 'lookup')
    let rows = await find()
    if (rows.length < collections.length) {
      for (const collection of collections)
        await this.#database.change(sql`INSERT INTO tapline_changes (collection, revision) VALUES (${collection}, 1) ON CONFLICT (collection) DO NOTHING`)
      rows = await find()
    }
    return Object.fromEntries(rows.map(({ collection, revision }) => [String(collection), Number(revision)]))
  }

  /** Makes a journal known whose tables are there. */
  useJournal(shape: JournalShape): void {
    const counting = shape.rollup === undefined ? undefined : new Counting(this.#database, shape, shape.rollup, this.#later)
    this.#journals.set(shape.name, {
      shape,
      codec: new RowCodec(shape),
      reads: new RowReads(this.#database, shape),
      writes: new RowWrites(this.#database, shape, counting),
      sums: new Sums(this.#database, shape),
      counting,
    })
  }

  async openJournal(shape: JournalShape): Promise<void> {
    await prepareTables(this.#database, shape)
    this.useJournal(shape)
    this.#tables(shape.name).counting?.begin()
  }

  async append(journal: string, rows: readonly JournalRow[] | Uint8Array): Promise<number> {
    const { codec, writes } = this.#tables(journal)
    return await writes.append(rowsIn(rows).map(row => codec.encode(row)))
  }

  async getRow(journal: string, id: string) {
    return await this.#tables(journal).reads.get(id)
  }

  async listRows(journal: string, query: RowsQuery) {
    const { reads, sums, shape } = this.#tables(journal)
    const where = await whereaboutsOf(query.filter, this.#database, shape)
    const rows = await reads.list(where, query)
    return { rows, total: (await sums.count(query.filter)) ?? (await reads.count(where)) }
  }

  async pageRows(journal: string, query: PageQuery) {
    return await this.#tables(journal).reads.page(query)
  }

  async sums(journal: string, query: SumsQuery) {
    return await this.#tables(journal).sums.ask(query)
  }

  async amend(journal: string, changes: readonly EncodedChange[]): Promise<void> {
    await this.#tables(journal).writes.amend(changes)
  }

  async deleteRows(journal: string, before: number, limit: number) {
    return await this.#tables(journal).writes.deleteBefore(before, limit)
  }

  #tables(journal: string): Tables {
    const tables = this.#journals.get(journal)
    if (tables === undefined) throw new Error(`the journal ${journal} was not opened`)
    return tables
  }
}
