/** Holds callers to what they may spend: what a call may cost is held before it is sent, and what it did cost is counted afterwards. */

import { definePlugin, type Exchange } from '../../core/index.ts'
import type { LimitedCall } from '../../core/services/limits.ts'
import { makesBatch } from '../shared/limits/batches.ts'
import { configuredBudgets } from './configured.ts'
import { endpointsOf } from './endpoints.ts'
import { Enforcement } from './enforcement.ts'
import { payerOf } from './enforcer.ts'
import { schema } from './schema.ts'
import { reportsOf } from './spending.ts'
import { StandingBudgets } from './standing-budgets.ts'

export default definePlugin({
  name: 'budgets',
  description: 'Holds callers to what they may spend.',
  schema,
  provides: 'budgets',
  needs: ['state', 'storage', 'admin', 'usage', 'pricing', 'models'],
  edits: false,
  staysWhenOff: true,
  setup({ options, services, log }) {
    const { state, storage, admin, usage, clock } = services
    const isHolding = options.enabled && options.recording
    const failed = (cause: unknown) => log.warn({ err: cause }, 'what was spent of budgets cannot be found out')
    const enforcement = new Enforcement({ options, services, log, failed })
    const { enforcer } = enforcement
    const unavailable = () => (isHolding ? undefined : `budgets do not hold: ${options.enabled ? 'usage' : 'budgets'}.enabled is false`)
    const spending = { state, usage, clock, index: () => enforcer.index }
    const standing: StandingBudgets = new StandingBudgets({
      storage,
      clock,
      configured: options.enabled ? configuredBudgets(options) : [],
      changed() {
        if (isHolding) enforcer.index = standing.index
      },
      failed,
    })
    const { ruleStore, anchors } = standing
    const offers: (() => void)[] = []

    return {
      service: { of: async (call: LimitedCall) => await reportsOf(enforcer.index.of(payerOf(call)), spending) },
      async open() {
        await standing.open()
        if (options.enabled && !options.recording && ruleStore.all.length > 0) log.warn('budgets do not hold: usage.enabled is false')
      },
      start() {
        for (const endpoint of endpointsOf({ ...spending, ruleStore, anchors, retentionDays: options.retention_days, unavailable }))
          offers.push(admin.endpoint(endpoint))
        offers.push(
          admin.refresh({ name: 'budgets', run: () => ruleStore.read() }),
          admin.setting('BUDGETS_ENABLED', () => isHolding),
          ...(isHolding ? [admin.setting('PER_CHILD_QUOTAS_ENABLED', () => true)] : []),
          usage.onRepriced(span => enforcement.recount(span, spending).catch(failed)),
          usage.onRecord('budgets', record => {
            if (!enforcer.index.isEmpty) enforcer.spendOf(record)
          }),
        )
        if (isHolding) enforcement.start()
      },
      route: (exchange: Exchange) => (enforcer.index.isEmpty || !makesBatch(exchange) ? undefined : enforcer.admit(exchange)),
      lookup: (exchange: Exchange) => (enforcer.index.isEmpty ? undefined : enforcer.admit(exchange)),
      complete: (exchange: Exchange) => enforcer.release(exchange),
      async close() {
        for (const withdraw of offers) withdraw()
        enforcement.close()
        await standing.close()
      },
    }
  },
})
