/** `tapline/store`: records and journals, for plugins that keep something, and for stores of one's own. */

export type { Column, ColumnType, Filter, Journal, JournalDefinition, JournalRow, ListQuery, Sum, SumsQuery } from './storage/journal.ts'
export { Lease } from './storage/lease.ts'
export type { LeaseOptions, LeaseRecord } from './storage/lease.ts'
export { listAll } from './storage/list-all.ts'
export { update } from './storage/records.ts'
export type { PutOptions, RecordQuery, Records, Stored } from './storage/records.ts'
export type { SecretPlace } from './storage/secrets.ts'
export { SharedDocument } from './storage/shared-document.ts'
export type { SharedDocumentOptions } from './storage/shared-document.ts'
export { Snapshot } from './storage/snapshot.ts'
export { StateUnavailable } from './services/state.ts'
