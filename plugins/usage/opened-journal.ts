/** The journal of usage once it is open: records reach it through a writer, and leave it when they are old. */

import type { Logger } from 'pino'
import type { OptionsOf } from '../../core/index.ts'
import type { GivenServices } from '../../core/services/services.ts'
import { JournalWriter } from '../shared/journal/journal-writer.ts'
import { liveFate } from '../shared/journal/live-fate.ts'
import { Retention } from '../shared/journal/retention.ts'
import type { UsageRecord } from '../../schemas/records/usage.schema.ts'
import { usageJournal, type UsageJournal } from './journal.ts'
import type { schema } from './schema.ts'

export interface OpenedJournalParts {
  readonly options: OptionsOf<typeof schema>
  readonly services: GivenServices<'storage' | 'spool', 'live'>
  readonly log: Logger
}

export class OpenedJournal {
  readonly journal: UsageJournal
  /** Undefined where nothing is recorded. */
  readonly writer: JournalWriter<UsageRecord> | undefined
  readonly #retention: Retention<UsageRecord>

  constructor(journal: UsageJournal, parts: OpenedJournalParts) {
    const { options, services, log } = parts
    const { storage, clock } = services
    this.journal = journal
    this.writer = options.recording ? writerTo(journal, parts) : undefined
    this.#retention = new Retention({ name: usageJournal.name, journal, storage, days: options.retention_days, clock, log })
  }

  /** Undefined where nothing is recorded, whatever was before. */
  get recorded(): UsageJournal | undefined {
    return this.writer === undefined ? undefined : this.journal
  }

  start(): void {
    this.#retention.start()
  }

  /** Stores what was noted, as far as it can be done soon. */
  async flush(): Promise<void> {
    await this.writer?.flush()
  }

  async close(): Promise<void> {
    await this.#retention.close()
    await this.writer?.close()
  }
}

function writerTo(journal: UsageJournal, { options, services, log }: OpenedJournalParts): JournalWriter<UsageRecord> {
  const { spool, clock, meter, health, live } = services
  return new JournalWriter({
    name: usageJournal.name,
    policy: { bufferRows: 0, batchRows: options.buffer_size, everyMs: options.flush_interval },
    journal,
    spool,
    clock,
    meter,
    health,
    log,
    fate: live === undefined ? undefined : liveFate(live, usageJournal.name),
  })
}
