/** MongoDB as a store: every method reaches the server, or says that it is away. */

import type { Clock } from '../../../core/index.ts'
import type { Filter, JournalRow, SumsQuery } from '../../../core/storage/journal.ts'
import type { LeaseRecord } from '../../../core/storage/lease.ts'
import type { Backend, DocumentQuery, DocumentWrite, EncodedChange, EncodedSum, PageQuery, RowsQuery, StoredDocument } from '../shared/backend.ts'
import { Changes } from '../shared/changes.ts'
import { CodedRecords } from '../shared/coded-records.ts'
import type { JournalShape } from '../shared/definition.ts'
import { rowsIn } from '../../../core/storage/spool/lines.ts'
import type { EncodedRow } from '../shared/row-codec.ts'
import { Exclusive } from './exclusive.ts'
import type { Connection } from './connection.ts'
import { Documents } from './documents.ts'
import { Journals, type OpenJournal } from './journals.ts'
import { migrate } from './migrations.ts'

export class MongoBackend implements Backend {
  readonly #connection: Connection
  readonly #alone: Exclusive
  readonly #documents: Documents
  readonly #journals: Journals

  constructor(connection: Connection, clock: Clock) {
    this.#connection = connection
    this.#alone = new Exclusive(new CodedRecords<LeaseRecord>('leases_of_the_schema', this, new Changes(this, clock), clock), clock)
    this.#documents = new Documents(connection.database)
    this.#journals = new Journals(connection.database, clock, this.#alone)
  }

  /** @throws StorageUnavailable if the server is away, Error if a newer program made the database */
  async open(): Promise<void> {
    await this.#connection.ping()
    await this.#reach(async () => await migrate(this.#connection.database, this.#alone))
  }

  async ping(): Promise<void> {
    await this.#connection.ping()
  }

  async putDocument(write: DocumentWrite): Promise<Omit<StoredDocument, 'value'> | undefined> {
    return await this.#reach(async () => await this.#documents.put(write))
  }

  async getDocument(collection: string, id: string, now: number): Promise<StoredDocument | undefined> {
    return await this.#reach(async () => await this.#documents.get(collection, id, now))
  }

  async listDocuments(query: DocumentQuery): Promise<readonly StoredDocument[]> {
    return await this.#reach(async () => await this.#documents.list(query))
  }

  async deleteDocument(collection: string, id: string, now: number, expected: number | undefined): Promise<boolean | undefined> {
    return await this.#reach(async () => await this.#documents.delete(collection, id, now, expected))
  }

  async deleteDocuments(query: DocumentQuery): Promise<number> {
    return await this.#reach(async () => await this.#documents.deleteAll(query))
  }

  /** Sweeps up after journals, too. */
  async purgeDocuments(now: number): Promise<number> {
    return await this.#reach(async () => {
      for (const { writes } of this.#journals.all()) await writes.settleLeft()
      return await this.#documents.purge(now)
    })
  }

  async revisions(collections: readonly string[]): Promise<Readonly<Record<string, number>>> {
    return await this.#reach(async () => await this.#documents.revisions(collections))
  }

  async openJournal(shape: JournalShape): Promise<void> {
    await this.#reach(async () => await this.#journals.open(shape))
  }

  async append(journal: string, rows: readonly JournalRow[] | Uint8Array): Promise<number> {
    return await this.#in(journal, async ({ codec, writes }) => await writes.append(rowsIn(rows).map(row => codec.encode(row))))
  }

  async getRow(journal: string, id: string): Promise<EncodedRow | undefined> {
    return await this.#in(journal, async ({ reads }) => await reads.get(id))
  }

  async listRows(journal: string, query: RowsQuery): Promise<{ readonly rows: readonly EncodedRow[]; readonly total: number }> {
    return await this.#in(journal, async open => {
      const [rows, total] = await Promise.all([query.limit === 0 ? [] : open.reads.list(query), count(open, query.filter)])
      return { rows, total }
    })
  }

  async pageRows(journal: string, query: PageQuery): Promise<readonly EncodedRow[]> {
    return await this.#in(journal, async ({ reads }) => await reads.page(query))
  }

  async sums(journal: string, query: SumsQuery): Promise<{ readonly groups: readonly EncodedSum[]; readonly total: number }> {
    return await this.#in(journal, async ({ sums }) => await sums.ask(query))
  }

  async amend(journal: string, changes: readonly EncodedChange[]): Promise<void> {
    await this.#in(journal, async ({ writes }) => await writes.amend(changes))
  }

  async deleteRows(journal: string, before: number, limit: number): Promise<readonly string[]> {
    return await this.#in(journal, async ({ writes }) => await writes.deleteBefore(before, limit))
  }

  async #in<T>(journal: string, work: (journal: OpenJournal) => Promise<T>): Promise<T> {
    const open = this.#journals.of(journal)
    return await this.#reach(async () => await work(open))
  }

  async #reach<T>(work: () => Promise<T>): Promise<T> {
    return await this.#connection.reach(work)
  }
}

async function count({ reads, sums }: OpenJournal, filter: Filter): Promise<number> {
  return (await sums.count(filter)) ?? (await reads.count(filter))
}
