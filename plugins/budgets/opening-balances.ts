/** What was spent before a counter began to count: the sum of the usage records, asked for once for each counter, and a second time when late ones are stored. */

import type { Logger } from 'pino'
import type { Clock, State, Timer, UsageLedger } from '../../core/index.ts'
import { inNano } from './budget-rule.ts'
import type { SubjectBudget } from './subject-budget.ts'

/** Records of other processes wait for the store no longer than this, as long as it takes any. */
const lateMs = 5_000

export interface OpeningBalancesOptions {
  readonly state: State
  readonly usage: Pick<UsageLedger, 'totals'>
  readonly clock: Clock
  readonly log: Logger
}

export class OpeningBalances {
  readonly #options: OpeningBalancesOptions
  readonly #asking = new Map<string, Promise<void>>()
  readonly #timers = new Set<Timer>()

  constructor(options: OpeningBalancesOptions) {
    this.#options = options
  }

  /** Counters that wait have their base when this resolves. @throws what the store or the state throws */
  async find(waiting: readonly { readonly subjectBudget: SubjectBudget; readonly sinceMs: number }[], nowMs: number): Promise<void> {
    await Promise.all(waiting.map(({ subjectBudget, sinceMs }) => this.#find(subjectBudget, sinceMs, nowMs)))
  }

  /** Those of which the records say that more was spent than is counted. @throws what the store throws */
  async behind(counting: readonly { readonly subjectBudget: SubjectBudget; readonly counted: number }[], nowMs: number): Promise<readonly SubjectBudget[]> {
    const found = await Promise.all(
      counting.map(async ({ subjectBudget, counted }) => {
        const { total_cost: cost, entries } = await this.#options.usage.totals(subjectBudget.filter(nowMs, nowMs + 1))
        // Each record is rounded by itself where it is counted.
        return inNano(cost ?? 0) > counted + entries ? [subjectBudget] : []
      }),
    )
    return found.flat()
  }

  close(): void {
    for (const timer of this.#timers) timer.cancel()
  }

  /** Several calls that wait for the same ask once. */
  #find(subjectBudget: SubjectBudget, sinceMs: number, nowMs: number): Promise<void> {
    const { counter } = subjectBudget.counterAt(nowMs)
    const known = this.#asking.get(counter)
    if (known !== undefined) return known
    const asking = this.#ask(subjectBudget, counter, sinceMs, nowMs).finally(() => this.#asking.delete(counter))
    this.#asking.set(counter, asking)
    this.#askAgain(subjectBudget, counter, sinceMs, nowMs)
    return asking
  }

  async #ask(subjectBudget: SubjectBudget, counter: string, sinceMs: number, nowMs: number): Promise<void> {
    const { state, usage } = this.#options
    const { total_cost: cost } = await usage.totals(subjectBudget.filter(nowMs, sinceMs))
    await state.base(counter, sinceMs, inNano(cost ?? 0))
  }

  #askAgain(subjectBudget: SubjectBudget, counter: string, sinceMs: number, nowMs: number): void {
    const { clock, log } = this.#options
    const timer = clock.after(lateMs, () => {
      this.#timers.delete(timer)
      this.#ask(subjectBudget, counter, sinceMs, nowMs).catch((cause: unknown) => log.debug({ err: cause }, 'what was spent could not be read again'))
    })
    this.#timers.add(timer)
  }
}
