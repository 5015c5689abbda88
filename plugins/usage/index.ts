/** Keeps the ledger: notes the tokens and the costs of every request, adds them up, and logs each request with them. */

import { definePlugin, type Attempt, type Exchange } from '../../core/index.ts'
import { usageEndpoints } from './endpoints.ts'
import { usageJournal } from './journal.ts'
import { OpenedJournal } from './opened-journal.ts'
import { Recalculations } from './recalculations.ts'
import { carefully } from './record.ts'
import { Recording } from './recording.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'usage',
  description: 'Records the tokens and the costs of every request.',
  schema,
  provides: 'usage',
  needs: ['storage', 'spool', 'pricing', 'admin', 'providers', 'absentProviders'],
  wants: ['live', 'configurations'],
  edits: false,
  setup({ options, services, log }) {
    const { storage, pricing, admin, providers, absentProviders, configurations, clock, meter, live } = services
    const priceOf = carefully(pricing, cause => log.warn({ err: cause }, 'a record has no price: its price list failed'))
    const recording = new Recording({ isOn: options.recording, priceOf, meter, live, log })
    const { ledger } = recording
    const recalculations = new Recalculations({ options, storage, ledger, priceOf, providers, absentProviders, types: () => configurations?.types, clock, log })
    const offers: (() => void)[] = []
    let opened: OpenedJournal | undefined

    return {
      service: ledger,
      ...(options.recording && options.enforce_returning_usage_data ? { attempt: askForUsage } : {}),
      ...(options.recording ? { complete: (exchange: Exchange) => recording.note(exchange) } : {}),
      async open() {
        opened = new OpenedJournal(await storage.journal(usageJournal), { options, services, log })
        ledger.open(opened.journal, opened.writer)
        await recalculations.open()
        for (const endpoint of usageEndpoints({ opened, pricing, recalculations, now: () => clock.now() })) offers.push(admin.endpoint(endpoint))
        offers.push(
          admin.setting('USAGE_ENABLED', () => options.recording),
          admin.setting('USAGE_PRICING_RECALCULATION_ENABLED', () => recalculations.unavailable === undefined),
        )
      },
      start() {
        opened?.start()
        if (options.recording) pricing.prepare?.()
      },
      async close() {
        for (const withdraw of offers) withdraw()
        await recalculations.close()
        await opened?.close()
      },
    }
  },
})

/** A stream whose provider reports its usage only when asked, to a caller who did not ask. */
function askForUsage({ streamed, dialect, body, forward }: Exchange, attempt: Attempt): void {
  if (!streamed || forward !== undefined || attempt.target.provider.definition.usageOnRequest !== true) return
  attempt.askForUsage = dialect !== undefined && body !== undefined && !dialect.asksForUsage(body)
}
