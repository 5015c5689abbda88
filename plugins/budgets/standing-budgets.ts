/** The budgets that stand: their rules, and when their periods begin. Calls are held to the index of both. */

import type { Clock, Storage } from '../../core/index.ts'
import { RuleStore } from '../shared/limits/rule-store.ts'
import { BudgetIndex } from './budget-index.ts'
import type { BudgetRule } from './budget-rule.ts'
import { PeriodAnchors, type KeptAnchors } from './period-anchors.ts'

export interface StandingBudgetsOptions {
  readonly storage: Storage
  readonly clock: Clock
  readonly configured: readonly BudgetRule[]
  /** Called whenever another index may hold. */
  readonly changed: () => void
  readonly failed: (cause: unknown) => void
}

export class StandingBudgets {
  readonly ruleStore: RuleStore<BudgetRule>
  readonly anchors: PeriodAnchors
  readonly #changed: () => void

  constructor({ storage, clock, configured, changed, failed }: StandingBudgetsOptions) {
    this.#changed = changed
    this.ruleStore = new RuleStore<BudgetRule>({ storage, name: 'budgets', clock, configured, changed, failed })
    this.anchors = new PeriodAnchors(storage.records<KeptAnchors>('budget_settings'), changed, failed)
  }

  get index(): BudgetIndex {
    return new BudgetIndex(this.ruleStore.all, this.anchors.anchors)
  }

  async open(): Promise<void> {
    await Promise.all([this.ruleStore.open(), this.anchors.open()])
    this.#changed()
  }

  async close(): Promise<void> {
    await this.ruleStore.close()
    await this.anchors.close()
  }
}
