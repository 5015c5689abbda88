/** Lets costs be computed anew, by one replica at a time, and tells all processes on the store when they were. */

import type { Logger } from 'pino'
import type { AdminCall, Clock, OptionsOf, Storage } from '../../core/index.ts'
import type { RepricedSpan } from '../../core/services/ledger.ts'
import { Lease, type LeaseRecord } from '../../core/storage/lease.ts'
import type { UsageJournal } from './journal.ts'
import type { Ledger } from './ledger.ts'
import { recalculate, type RecalculationDeps } from './recalculation.ts'
import type { PriceOf } from './record.ts'
import { Repricings } from './repricings.ts'
import type { schema } from './schema.ts'

export interface RecalculationsParts {
  readonly options: OptionsOf<typeof schema>
  readonly storage: Storage
  /** Whoever listens to it is told what was repriced. */
  readonly ledger: Ledger
  readonly priceOf: PriceOf
  readonly providers: RecalculationDeps['providers']
  readonly absentProviders: RecalculationDeps['absentProviders']
  readonly types: RecalculationDeps['types']
  readonly clock: Clock
  readonly log: Logger
}

export class Recalculations {
  /** Why there are none, if so. */
  readonly unavailable: string | undefined
  readonly #parts: RecalculationsParts
  readonly #lease: Lease
  readonly #repricings: Repricings

  constructor(parts: RecalculationsParts) {
    const { options, storage, ledger, clock, log } = parts
    this.unavailable = options.recording && options.pricing_recalculation_enabled ? undefined : 'costs cannot be recalculated: that is switched off'
    this.#parts = parts
    this.#lease = new Lease({ records: storage.records<LeaseRecord>('leases'), id: 'usage_recalculation', clock })
    this.#repricings = new Repricings({
      records: storage.records<RepricedSpan>('usage_repricings'),
      clock,
      heard: span => ledger.repriced(span),
      failed: cause => log.warn({ err: cause }, 'it cannot be told between processes that costs were computed anew'),
    })
  }

  open(): Promise<void> {
    return this.#repricings.open()
  }

  run(call: AdminCall, journal: UsageJournal): Promise<object> {
    const { providers, absentProviders, types, priceOf, clock } = this.#parts
    return recalculate(call, {
      journal,
      lease: this.#lease,
      now: clock.now(),
      providers,
      absentProviders,
      types,
      unavailable: this.unavailable,
      priceOf,
      repriced: span => this.#repricings.tell(span),
    })
  }

  close(): Promise<void> {
    return this.#repricings.close()
  }
}
