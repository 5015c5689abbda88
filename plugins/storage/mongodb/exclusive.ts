/** Work on the database that one process at a time does, of however many begin together. */

import type { Clock } from '../../../core/index.ts'
import { Lease, type LeaseRecord } from '../../../core/storage/lease.ts'
import type { Records } from '../../../core/storage/records.ts'

/** How long between two looks whether the others are done. */
const pauseMs = 200

export class Exclusive {
  readonly #leases: Records<LeaseRecord>
  readonly #clock: Clock

  constructor(leases: Records<LeaseRecord>, clock: Clock) {
    this.#leases = leases
    this.#clock = clock
  }

  /** Waits for its turn. */
  async run(work: () => Promise<void>): Promise<void> {
    const lease = new Lease({ records: this.#leases, id: 'schema', clock: this.#clock })
    while (!(await lease.run(work)))
      await new Promise<void>(resolve => {
        this.#clock.after(pauseMs, resolve)
      })
  }
}
