/** The service `storage` over a backend: codes and decodes, tells who watches, and sweeps up what expired. */

import type { Clock, State, Storage, Timer } from '../../../core/index.ts'
import type { Journal, JournalDefinition, JournalRow } from '../../../core/storage/journal.ts'
import type { Records } from '../../../core/storage/records.ts'
import { Availability } from './availability.ts'
import type { Backend } from './backend.ts'
import { Changes } from './changes.ts'
import { CodedJournal } from './coded-journal.ts'
import { CodedRecords } from './coded-records.ts'
import { checkName, shapeOf } from './definition.ts'

const sweepMs = 600_000

export class Store implements Storage {
  readonly kind: string
  readonly changes: Changes
  readonly state: State | undefined
  readonly #availability = new Availability()
  readonly #backend: Backend
  readonly #clock: Clock
  #sweep: Timer | undefined
  #isClosed = false

  /**
   * @param kind the database's name, for people
   * @param state counts for several processes, where the database can
   */
  constructor(kind: string, backend: Backend, clock: Clock, state?: State) {
    this.kind = kind
    this.state = state
    this.#backend = this.#availability.watched(backend)
    this.#clock = clock
    this.changes = new Changes(backend, clock)
  }

  records<T extends object>(name: string): Records<T> {
    return new CodedRecords<T>(checkName(name), this.#backend, this.changes, this.#clock)
  }

  async journal<Row extends JournalRow>(definition: JournalDefinition<Row>): Promise<Journal<Row>> {
    const shape = shapeOf(definition)
    await this.#backend.openJournal(shape)
    return new CodedJournal<Row>(shape, this.#backend)
  }

  /** For the health check. */
  async probe(): Promise<'ok' | 'down'> {
    if (this.#availability.isRefusing) return 'down'
    return await this.#backend.ping().then(
      () => 'ok' as const,
      () => 'down' as const,
    )
  }

  /** Sweeps from time to time. */
  start(): void {
    if (this.#isClosed) return
    this.#sweep = this.#clock.after(sweepMs, () => {
      void this.#purge()
        .catch(() => {})
        .then(() => this.start()) // the health check tells
    })
  }

  close(): void {
    this.#isClosed = true
    this.#sweep?.cancel()
    this.changes.close()
  }

  async #purge(): Promise<void> {
    while ((await this.#backend.purgeDocuments(this.#clock.now())) > 0);
  }
}
