/** Holds callers to what they may spend: what a call may cost is held before it is sent, and what it did cost is counted afterwards. */

import { definePlugin, type Exchange, type Limits, type Timer } from '../../core/index.ts'
import { Renewals } from '../../core/limits/renewals.ts'
import { RuleShelf } from '../../core/limits/rule-shelf.ts'
import type { RepricedSpan } from '../../core/plugin/ledger.ts'
import { makesBatch } from '../../core/limits/batches.ts'
import { AnchorsRecord, type KeptAnchors } from './anchors-record.ts'
import { Bases } from './bases.ts'
import { BudgetBook } from './budget-book.ts'
import type { BudgetRule } from './budget-rule.ts'
import { Cashier, payerOf } from './cashier.ts'
import { configuredBudgets } from './configured.ts'
import { endpointsOf } from './endpoints.ts'
import { schema } from './schema.ts'
import { allPursesOf, reportOf, spentOf, type SpendingGround } from './spending.ts'
import { Treasury } from './treasury.ts'
import { defaultAnchors } from './window.ts'

const longestHoldMs = 600_000
const raiseMs = 1_000

export default definePlugin({
  name: 'budgets',
  description: 'Holds callers to what they may spend.',
  schema,
  provides: 'budgets',
  needs: ['state', 'storage', 'admin', 'usage', 'pricing', 'models'],
  edits: false,
  setup({ options, services, log }) {
    const { state, storage, admin, usage, pricing, models, clock, meter } = services
    const configured = configuredBudgets(options)
    const holdMs = options.hold > 0 ? options.hold : longestHoldMs
    const failed = (cause: unknown) => log.warn({ err: cause }, 'what was spent of budgets cannot be found out')
    const bases = new Bases({ state, usage, clock, log })
    const treasury = new Treasury({ state, bases, clock, log, holdMs })
    const rejected = meter.counter('budget_rejected_total', 'Calls that a budget refused.', ['scope'])
    const cashier = new Cashier(new BudgetBook([], defaultAnchors), {
      treasury, clock, estimates: { pricing, models, defaultTokens: options.reserve_output_tokens }, onFailure: options.on_store_failure, rejected, failed, runs: () => watch(),
    })
    const renewals = new Renewals({ state, clock, holdMs, held: () => cashier.running.values().flatMap(({ held }) => held.holds) })
    const ground: SpendingGround = { state, usage, clock, book: () => cashier.book }
    const offers: (() => void)[] = []
    let opened: { readonly shelf: RuleShelf<BudgetRule>; readonly anchors: AnchorsRecord } | undefined
    let watching: Timer | undefined

    const adopt = () => {
      if (opened !== undefined && options.recording) cashier.book = new BudgetBook(opened.shelf.all, opened.anchors.anchors)
    }
    /** As long as calls run, streams may outgrow what is held for them. */
    const watch = () => {
      watching ??= clock.after(raiseMs, () => {
        watching = undefined
        void cashier.raise().catch(failed)
        if (cashier.running.size > 0) watch()
      })
    }
    /** Counters keep the sum that the records had: those of windows in which costs have changed begin anew. */
    const recount = async ({ from, to }: RepricedSpan) => {
      const now = clock.now()
      const changed = (await allPursesOf(cashier.book.rules, ground)).filter(purse => {
        const { startMs, endMs } = purse.windowAt(now)
        return from < endMs && to >= startMs
      })
      if (changed.length > 0) await treasury.forget(changed.map(purse => purse.counterAt(now).counter))
    }
    const unavailable = () => options.recording ? undefined : 'budgets do not hold: usage.enabled is false'

    return {
      service: {
        async of(caller: Parameters<Limits['of']>[0]) {
          const purses = cashier.book.of(payerOf(caller))
          const spent = await spentOf(purses, ground)
          return purses.map((purse, index) => reportOf(purse, spent[index] ?? 0, clock.now()))
        },
      },
      async open() {
        const shelf = new RuleShelf<BudgetRule>({ storage, name: 'budgets', clock, configured, changed: adopt, failed })
        const anchors = new AnchorsRecord(storage.records<KeptAnchors>('budget_settings'), adopt, failed)
        opened = { shelf, anchors }
        await Promise.all([shelf.open(), anchors.open()])
        adopt()
        if (!options.recording && shelf.all.length > 0) log.warn('budgets do not hold: usage.enabled is false')
      },
      start() {
        if (opened === undefined) return
        const { shelf, anchors } = opened
        for (const endpoint of endpointsOf({ ...ground, shelf, anchors, retentionDays: options.retention_days, unavailable })) offers.push(admin.endpoint(endpoint))
        offers.push(
          admin.refresh({ name: 'budgets', run: () => shelf.read() }),
          admin.setting('BUDGETS_ENABLED', () => options.recording),
          usage.onRepriced(span => recount(span).catch(failed)),
          usage.onRecord(record => { if (!cashier.book.isEmpty) cashier.spendOf(record) }),
        )
        if (state.isShared) renewals.start()
        if (!cashier.book.isEmpty) void treasury.prepare(cashier.book.fixed).catch(failed)
      },
      route: (exchange: Exchange) => cashier.book.isEmpty || !makesBatch(exchange) ? undefined : cashier.admit(exchange),
      lookup: (exchange: Exchange) => cashier.book.isEmpty ? undefined : cashier.admit(exchange),
      complete: (exchange: Exchange) => cashier.release(exchange),
      async close() {
        for (const withdraw of offers) withdraw()
        renewals.close()
        watching?.cancel()
        bases.close()
        await opened?.shelf.close()
        await opened?.anchors.close()
      },
    }
  },
})
