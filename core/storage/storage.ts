/** What a storage plugin offers: documents and journals, each in one way for every database. */

import type { Journal, JournalDefinition, JournalRow } from './journal.ts'
import type { State } from '../services/state.ts'
import type { Records } from './records.ts'

/** The service `storage`. Every method may wait for the database, so none belongs on the way of a request that could do without. */
export interface Storage {
  /** For people: `sqlite`, `postgresql` … */
  readonly kind: string
  /** Counts for all processes that share the database; absent where it cannot. */
  readonly state?: State | undefined
  /** A named collection of documents. The same name always gives the same documents. @param name lower-case words joined by `_` @throws TypeError for another */
  records<T extends object>(name: string): Records<T>
  /** Opens a journal, making what it needs in the database. The same name always gives the same rows. @throws TypeError for names that are no words, Error if it stands there with a column of another type or place, which it names */
  journal<Row extends JournalRow>(definition: JournalDefinition<Row>): Promise<Journal<Row>>
}

/** The database is away or cannot take more; the same call may succeed later. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable'
}
