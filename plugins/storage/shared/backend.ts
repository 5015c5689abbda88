/** What a database does for its store: documents and encoded rows in plain data, so that it may run in a worker. */

import type { Filter, JournalRow, SumsQuery } from '../../../core/storage/journal.ts'
import type { RecordQuery } from '../../../core/storage/records.ts'
import type { JournalShape } from './definition.ts'
import type { EncodedRow, Value } from './row-codec.ts'

/** A document as it stands in the table; its value is JSON. */
export interface StoredDocument {
  readonly id: string
  readonly revision: number
  readonly owner: string
  readonly position: number
  readonly value: string
}

export interface DocumentWrite {
  readonly collection: string
  readonly id: string
  readonly value: string
  readonly now: number
  readonly expected: number | undefined
  readonly owner: string | undefined
  readonly position: number | undefined
  readonly expiresAt: number | undefined
}

/** A query whose values are encoded. */
export interface DocumentQuery extends Omit<RecordQuery, 'where'> {
  readonly collection: string
  readonly now: number
  /** JSON texts by member; `null` as a text matches an absent member too. */
  readonly where: readonly (readonly [member: string, json: string])[]
}

export interface RowsQuery {
  readonly filter: Filter
  readonly order: 'asc' | 'desc'
  readonly limit: number
  readonly offset: number
}

export interface PageQuery {
  readonly filter: Filter
  readonly order: 'asc' | 'desc'
  readonly limit: number
  readonly whole: boolean
  readonly after: { readonly timestamp: number; readonly id: string } | undefined
}

/** Some columns of a row that is there. */
export interface EncodedChange {
  readonly id: string
  readonly columns: Readonly<Record<string, Value>>
}

/** One group of rows, its key encoded, in the order of `by`. */
export interface EncodedSum {
  readonly key: readonly Value[]
  readonly period: number
  readonly count: number
  readonly sums: readonly (number | null)[]
  readonly latest: { readonly id: string; readonly timestamp: number } | undefined
}

export interface Backend {
  /** Answers if the database does. */
  ping(): Promise<void>
  /** @returns undefined if `expected` is not what is there */
  putDocument(write: DocumentWrite): Promise<Omit<StoredDocument, 'value'> | undefined>
  getDocument(collection: string, id: string, now: number): Promise<StoredDocument | undefined>
  listDocuments(query: DocumentQuery): Promise<readonly StoredDocument[]>
  /** @returns whether it was there; undefined if `expected` is not what is there */
  deleteDocument(collection: string, id: string, now: number, expected: number | undefined): Promise<boolean | undefined>
  deleteDocuments(query: DocumentQuery): Promise<number>
  /** Removes what nobody can see any more. @returns how many */
  purgeDocuments(now: number): Promise<number>
  /** How often documents of these collections have changed since somebody first asked. */
  revisions(collections: readonly string[]): Promise<Readonly<Record<string, number>>>
  /** Makes what a journal needs in the database. @throws if it stands there with columns of other types */
  openJournal(shape: JournalShape): Promise<void>
  /** @param rows or the same as lines of JSON @throws RangeError if an id is too long */
  append(journal: string, rows: readonly JournalRow[] | Uint8Array): Promise<number>
  getRow(journal: string, id: string): Promise<EncodedRow | undefined>
  listRows(journal: string, query: RowsQuery): Promise<{ readonly rows: readonly EncodedRow[]; readonly total: number }>
  pageRows(journal: string, query: PageQuery): Promise<readonly EncodedRow[]>
  sums(journal: string, query: SumsQuery): Promise<{ readonly groups: readonly EncodedSum[]; readonly total: number }>
  amend(journal: string, changes: readonly EncodedChange[]): Promise<void>
  /** Deletes the oldest in one transaction. @returns the ids, encoded */
  deleteRows(journal: string, before: number, limit: number): Promise<readonly string[]>
}
