/** Holds callers to what they may spend: what a call may cost is held before it is sent, and what it did cost is counted afterwards. */

import { definePlugin, type Exchange, type Limits, type Timer } from '../../core/index.ts'
import { Absence } from '../shared/limits/absence.ts'
import { Renewals } from '../shared/limits/renewals.ts'
import { RuleStore } from '../shared/limits/rule-store.ts'
import type { RepricedSpan } from '../../core/services/ledger.ts'
import { makesBatch } from '../shared/limits/batches.ts'
import { PeriodAnchors, type KeptAnchors } from './period-anchors.ts'
import { OpeningBalances } from './opening-balances.ts'
import { BudgetIndex } from './budget-index.ts'
import type { BudgetRule } from './budget-rule.ts'
import { Enforcer, payerOf } from './enforcer.ts'
import { configuredBudgets } from './configured.ts'
import { endpointsOf } from './endpoints.ts'
import { schema } from './schema.ts'
import { allSubjectBudgetsOf, reportOf, spentOf, type SpendingDeps } from './spending.ts'
import { Reservations } from './reservations.ts'
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
  staysWhenOff: true,
  setup({ options, services, log }) {
    const { state, storage, admin, usage, pricing, models, clock, meter } = services
    const configured = options.enabled ? configuredBudgets(options) : []
    const isHolding = options.enabled && options.recording
    const holdMs = options.hold > 0 ? options.hold : longestHoldMs
    const failed = (cause: unknown) => log.warn({ err: cause }, 'what was spent of budgets cannot be found out')
    const absence = new Absence(log, {
      away: `what was spent of budgets cannot be found out: calls under budgets ${options.on_store_failure === 'open' ? 'pass' : 'are refused'}`,
      back: 'what was spent of budgets can be found out again',
    })
    const openingBalances = new OpeningBalances({ state, usage, clock, log })
    const reservations = new Reservations({ state, openingBalances, clock, log, holdMs })
    const rejected = meter.counter('budget_rejected_total', 'Calls that a budget refused.', ['scope'])
    const enforcer = new Enforcer(new BudgetIndex([], defaultAnchors), {
      reservations,
      clock,
      estimates: { pricing, models, defaultTokens: options.reserve_output_tokens },
      onFailure: options.on_store_failure,
      rejected,
      absence,
      runs: () => watch(),
    })
    const renewals = new Renewals({ state, clock, holdMs, held: () => enforcer.running.values().flatMap(({ held }) => held.holds) })
    const deps: SpendingDeps = { state, usage, clock, index: () => enforcer.index }
    const offers: (() => void)[] = []
    let opened: { readonly ruleStore: RuleStore<BudgetRule>; readonly anchors: PeriodAnchors } | undefined
    let watching: Timer | undefined

    const adopt = () => {
      if (opened !== undefined && isHolding) enforcer.index = new BudgetIndex(opened.ruleStore.all, opened.anchors.anchors)
    }
    /** As long as calls run, streams may outgrow what is held for them. */
    const watch = () => {
      watching ??= clock.after(raiseMs, () => {
        watching = undefined
        void enforcer.raise().catch(failed)
        if (enforcer.running.size > 0) watch()
      })
    }
    /** Counters keep the sum that the records had: those of windows in which costs have changed begin anew. */
    const recount = async ({ from, to }: RepricedSpan) => {
      const now = clock.now()
      const changed = (await allSubjectBudgetsOf(enforcer.index.rules, deps)).filter(subjectBudget => {
        const { startMs, endMs } = subjectBudget.windowAt(now)
        return from < endMs && to >= startMs
      })
      if (changed.length > 0) await reservations.forget(changed.map(subjectBudget => subjectBudget.counterAt(now).counter))
    }
    const unavailable = () => (isHolding ? undefined : `budgets do not hold: ${options.enabled ? 'usage' : 'budgets'}.enabled is false`)

    return {
      service: {
        async of(caller: Parameters<Limits['of']>[0]) {
          const subjectBudgets = enforcer.index.of(payerOf(caller))
          const spent = await spentOf(subjectBudgets, deps)
          return subjectBudgets.map((subjectBudget, index) => reportOf(subjectBudget, spent[index] ?? 0, clock.now()))
        },
      },
      async open() {
        const ruleStore = new RuleStore<BudgetRule>({ storage, name: 'budgets', clock, configured, changed: adopt, failed })
        const anchors = new PeriodAnchors(storage.records<KeptAnchors>('budget_settings'), adopt, failed)
        opened = { ruleStore, anchors }
        await Promise.all([ruleStore.open(), anchors.open()])
        adopt()
        if (options.enabled && !options.recording && ruleStore.all.length > 0) log.warn('budgets do not hold: usage.enabled is false')
      },
      start() {
        if (opened === undefined) return
        const { ruleStore, anchors } = opened
        for (const endpoint of endpointsOf({ ...deps, ruleStore, anchors, retentionDays: options.retention_days, unavailable }))
          offers.push(admin.endpoint(endpoint))
        offers.push(
          admin.refresh({ name: 'budgets', run: () => ruleStore.read() }),
          admin.setting('BUDGETS_ENABLED', () => isHolding),
          ...(isHolding ? [admin.setting('PER_CHILD_QUOTAS_ENABLED', () => true)] : []),
          usage.onRepriced(span => recount(span).catch(failed)),
          usage.onRecord('budgets', record => {
            if (!enforcer.index.isEmpty) enforcer.spendOf(record)
          }),
        )
        if (isHolding) renewals.start()
        if (!enforcer.index.isEmpty) void reservations.prepare(enforcer.index.fixed).catch((cause: unknown) => absence.begin(cause))
      },
      route: (exchange: Exchange) => (enforcer.index.isEmpty || !makesBatch(exchange) ? undefined : enforcer.admit(exchange)),
      lookup: (exchange: Exchange) => (enforcer.index.isEmpty ? undefined : enforcer.admit(exchange)),
      complete: (exchange: Exchange) => enforcer.release(exchange),
      async close() {
        for (const withdraw of offers) withdraw()
        renewals.close()
        watching?.cancel()
        openingBalances.close()
        await opened?.ruleStore.close()
        await opened?.anchors.close()
      },
    }
  },
})
