/** Budgets at work: calls are held to them, and what is held is renewed, raised and recounted as long as it must be. */

import type { Logger } from 'pino'
import type { OptionsOf, Timer } from '../../core/index.ts'
import type { RepricedSpan } from '../../core/services/ledger.ts'
import type { GivenServices } from '../../core/services/services.ts'
import { Absence } from '../shared/limits/absence.ts'
import { Renewals } from '../shared/limits/renewals.ts'
import { BudgetIndex } from './budget-index.ts'
import { Enforcer } from './enforcer.ts'
import { OpeningBalances } from './opening-balances.ts'
import { Reservations } from './reservations.ts'
import type { schema } from './schema.ts'
import { allSubjectBudgetsOf, type SpendingDeps } from './spending.ts'
import { defaultAnchors } from './window.ts'

const longestHoldMs = 600_000
const raiseMs = 1_000

export interface EnforcementParts {
  readonly options: OptionsOf<typeof schema>
  readonly services: GivenServices<'state' | 'usage' | 'pricing' | 'models'>
  readonly log: Logger
  readonly failed: (cause: unknown) => void
}

export class Enforcement {
  readonly enforcer: Enforcer
  readonly #parts: EnforcementParts
  readonly #absence: Absence
  readonly #openingBalances: OpeningBalances
  readonly #reservations: Reservations
  readonly #renewals: Renewals
  #raising: Timer | undefined

  constructor(parts: EnforcementParts) {
    const { options, services, log } = parts
    const { state, usage, pricing, models, clock, meter } = services
    const holdMs = options.hold > 0 ? options.hold : longestHoldMs
    this.#parts = parts
    this.#absence = new Absence(log, {
      away: `what was spent of budgets cannot be found out: calls under budgets ${options.on_store_failure === 'open' ? 'pass' : 'are refused'}`,
      back: 'what was spent of budgets can be found out again',
    })
    this.#openingBalances = new OpeningBalances({ state, usage, clock, log })
    this.#reservations = new Reservations({ state, openingBalances: this.#openingBalances, clock, log, holdMs })
    this.enforcer = new Enforcer(new BudgetIndex([], defaultAnchors), {
      reservations: this.#reservations,
      clock,
      estimates: { pricing, models, defaultTokens: options.reserve_output_tokens },
      onFailure: options.on_store_failure,
      rejected: meter.counter('budget_rejected_total', 'Calls that a budget refused.', ['scope']),
      absence: this.#absence,
      runs: () => this.#raiseSoon(),
    })
    this.#renewals = new Renewals({ state, clock, holdMs, held: () => this.enforcer.running.values().flatMap(({ held }) => held.holds) })
  }

  start(): void {
    const { index } = this.enforcer
    this.#renewals.start()
    if (!index.isEmpty) void this.#reservations.prepare(index.fixed).catch((cause: unknown) => this.#absence.begin(cause))
  }

  /** Counters keep the sum that the records had: those of windows in which costs have changed begin anew. */
  async recount({ from, to }: RepricedSpan, spending: SpendingDeps): Promise<void> {
    const now = spending.clock.now()
    const changed = (await allSubjectBudgetsOf(this.enforcer.index.rules, spending)).filter(subjectBudget => {
      const { startMs, endMs } = subjectBudget.windowAt(now)
      return from < endMs && to >= startMs
    })
    if (changed.length > 0) await this.#reservations.forget(changed.map(subjectBudget => subjectBudget.counterAt(now).counter))
  }

  close(): void {
    this.#renewals.close()
    this.#raising?.cancel()
    this.#openingBalances.close()
  }

  /** As long as calls run, streams may outgrow what is held for them. */
  #raiseSoon(): void {
    const { services, failed } = this.#parts
    this.#raising ??= services.clock.after(raiseMs, () => {
      this.#raising = undefined
      void this.enforcer.raise().catch(failed)
      if (this.enforcer.running.size > 0) this.#raiseSoon()
    })
  }
}
