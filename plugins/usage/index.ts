/** Keeps the ledger: notes the tokens and the costs of every request, adds them up, and logs each request with them. */

import { definePlugin, type Attempt, type Exchange, type UsageEntry } from '../../core/index.ts'
import { Lease, type LeaseRecord } from '../../core/storage/lease.ts'
import type { RepricedSpan } from '../../core/services/ledger.ts'
import { JournalWriter } from '../../core/storage/journal-writer.ts'
import { liveFate } from '../../core/storage/live-fate.ts'
import { Retention } from '../../core/storage/retention.ts'
import type { UsageRecord } from '../../schemas/records/usage.schema.ts'
import { CostCounter } from './cost-counter.ts'
import { usageEndpoints } from './endpoints.ts'
import { recordOfExchange, reportedUsage, targetOf, wasServed } from './entry.ts'
import { usageJournal, type UsageJournal } from './journal.ts'
import { Ledger } from './ledger.ts'
import { logLine } from './log-line.ts'
import { recalculate } from './recalculation.ts'
import { carefully, recordOf, tokensOf } from './record.ts'
import { Repricings } from './repricings.ts'
import { schema } from './schema.ts'
import { tokenCounter } from './token-counter.ts'

export default definePlugin({
  name: 'usage',
  description: 'Records the tokens and the costs of every request.',
  schema,
  provides: 'usage',
  needs: ['storage', 'spool', 'pricing', 'admin', 'providers'],
  wants: ['live'],
  edits: false,
  setup({ options, services, log }) {
    const { storage, spool, pricing, admin, providers, clock, meter, health } = services
    const live = services.live
    const count = tokenCounter(meter)
    const costs = new CostCounter(meter)
    const priceOf = carefully(pricing, cause => log.warn({ err: cause }, 'a record has no price: its price list failed'))
    const ledger = new Ledger(finished, live)
    ledger.onRecord('usage', record => costs.count(record))
    let opened:
      | { readonly journal: UsageJournal; readonly writer: JournalWriter<UsageRecord> | undefined; readonly retention: Retention<UsageRecord> }
      | undefined
    const offers: (() => void)[] = []

    const write = (journal: UsageJournal) =>
      new JournalWriter<UsageRecord>({
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
    const lease = () => new Lease({ records: storage.records<LeaseRecord>('leases'), id: 'usage_recalculation', clock })
    const repricings = new Repricings({
      records: storage.records<RepricedSpan>('usage_repricings'),
      clock,
      heard: span => ledger.repriced(span),
      failed: cause => log.warn({ err: cause }, 'it cannot be told between processes that costs were computed anew'),
    })
    const offer = (journal: UsageJournal) => {
      const cannotRecalculate = () =>
        options.recording && options.pricing_recalculation_enabled ? undefined : 'costs cannot be recalculated: that is switched off'
      const running = lease()
      const endpoints = usageEndpoints({
        journal: options.recording ? journal : undefined,
        pricing,
        now: () => clock.now(),
        cannotRecalculate,
        flush: async () => {
          await opened?.writer?.flush()
        },
        recalculate: call =>
          recalculate(call, { journal, lease: running, now: clock.now(), providers: providers.keys(), priceOf, repriced: span => repricings.tell(span) }),
      })
      for (const endpoint of endpoints) offers.push(admin.endpoint(endpoint))
      offers.push(admin.setting('USAGE_ENABLED', () => options.recording))
      offers.push(admin.setting('USAGE_PRICING_RECALCULATION_ENABLED', () => cannotRecalculate() === undefined))
    }

    return {
      service: ledger,
      ...(options.recording && options.enforce_returning_usage_data ? { attempt: askForUsage } : {}),
      ...(options.recording ? { complete: note } : {}),
      async open() {
        const journal = await storage.journal(usageJournal)
        const writer = options.recording ? write(journal) : undefined
        opened = { journal, writer, retention: new Retention({ name: usageJournal.name, journal, storage, days: options.retention_days, clock, log }) }
        ledger.open(journal, writer)
        await repricings.open()
        offer(journal)
      },
      start: () => opened?.retention.start(),
      async close() {
        for (const withdraw of offers) withdraw()
        await repricings.close()
        await opened?.retention.close()
        await opened?.writer?.close()
      },
    }

    function note(exchange: Exchange): void {
      if (!wasServed(exchange)) return
      const target = targetOf(exchange)
      const reported = reportedUsage(exchange)
      if (log.isLevelEnabled('debug')) log.debug(logLine(exchange, target, reported ?? {}), 'request')
      if (target === undefined) return
      costs.noted(target)
      ledger.note(recordOfExchange(exchange, target, reported, priceOf))
      if (exchange.cache !== 'hit' && reported !== undefined) count(target.provider.name, target.isListed === true ? target.model : 'other', reported)
    }

    /** Of what other plugins record: their calls did not come by here. */
    function finished(entry: UsageEntry): UsageRecord {
      const record = recordOf(entry, priceOf)
      const { provider_name: provider, model } = record
      if (options.recording && record.cache_type === null && !record.estimated) count(provider, costs.shown(provider, model), tokensOf(record))
      return record
    }
  },
})

/** A stream whose provider reports its usage only when asked, to a caller who did not ask. */
function askForUsage({ streamed, dialect, body, forward }: Exchange, attempt: Attempt): void {
  if (!streamed || forward !== undefined || attempt.target.provider.definition.usageOnRequest !== true) return
  attempt.askForUsage = dialect !== undefined && body !== undefined && !dialect.asksForUsage(body)
}
