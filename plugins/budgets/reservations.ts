/** Holds what calls will cost at most, and puts what they did cost in its place. */

import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Addition, ClaimAnswer, Clock, Hold, Standing, State } from '../../core/index.ts'
import { isPromise } from '../../core/promise.ts'
import type { OpeningBalances } from './opening-balances.ts'
import type { SubjectBudget } from './subject-budget.ts'

type Now<T> = T | Promise<T>

/** A counter may begin anew while its base is looked for, at the border of a period. */
const mostTries = 4
const mendMs = 5_000

export interface ReservationsOptions {
  readonly state: State
  readonly openingBalances: OpeningBalances
  readonly clock: Clock
  readonly log: Logger
  /** How long a hold lasts unless it is renewed. */
  readonly holdMs: number
}

/** What a call holds of its budgets. */
export interface Held {
  readonly holder: string
  readonly holds: Hold[]
}

export type Verdict = { readonly held: Held } | { readonly refusedBy: SubjectBudget; readonly standing: Standing }

export class Reservations {
  readonly #options: ReservationsOptions
  readonly #process = randomUUID()
  #calls = 0
  /** Counters that could not be told of what was spent: they begin anew, from the usage records. */
  readonly #stale = new Set<string>()
  readonly #lateReleases: Pick<Hold, 'key' | 'holder'>[] = []

  constructor(options: ReservationsOptions) {
    this.#options = options
  }

  /** @param amount billionths of a dollar. @throws what the state or the store throws, when they do not answer */
  hold(subjectBudgets: readonly SubjectBudget[], amount: number): Now<Verdict> {
    return this.#try(subjectBudgets, amount, `${this.#process}:${(this.#calls += 1)}`, 1)
  }

  /**
   * Counters begin to count, and learn what was spent before: so the first call need not wait. Those that missed what was spent while budgets did not hold
   * begin anew.
   * @throws what the state or the store throws
   */
  async prepare(subjectBudgets: readonly SubjectBudget[]): Promise<void> {
    const { state, openingBalances, clock } = this.#options
    const now = clock.now()
    const standings = await this.#begin(subjectBudgets, now)
    const counting = subjectBudgets.flatMap((subjectBudget, index) => {
      const { current, waitsSinceMs } = standings[index] as Standing
      return waitsSinceMs === undefined ? [{ subjectBudget, counted: current }] : []
    })
    const behind = await openingBalances.behind(counting, now)
    if (behind.length === 0) return
    await state.forget(behind.map(subjectBudget => subjectBudget.counterAt(now).counter))
    await this.#begin(behind, now)
  }

  /** Makes a held amount larger. */
  async raise({ holds }: Held, amount: number): Promise<void> {
    const now = this.#options.clock.now()
    holds.splice(0, holds.length, ...holds.map(hold => ({ ...hold, amount, untilMs: now + this.#options.holdMs })))
    await this.#options.state.renew(holds, now)
  }

  /** Ends what was held, and counts what was spent. What the state does not take is made good later. */
  settle(held: readonly Held[], adds: readonly Addition[]): Now<void> {
    const releases = held.flatMap(({ holds }) => holds)
    if (releases.length === 0 && adds.length === 0) return
    const { state, clock, log } = this.#options
    const settled = state.settle({ releases, adds }, clock.now())
    if (!isPromise(settled)) return
    return settled.catch((cause: unknown) => {
      log.debug({ err: cause }, 'the shared state could not be told what was spent; it will be')
      this.#mendLater(
        adds.map(({ counter }) => counter),
        releases,
      )
    })
  }

  /** Counters whose records have changed begin anew, from the records; at once, or when the state answers again. */
  async forget(counters: readonly string[]): Promise<void> {
    const { state, log } = this.#options
    try {
      await state.forget(counters)
    } catch (cause) {
      log.debug({ err: cause }, 'the shared state could not be told that costs have changed; it will be')
      this.#mendLater(counters, [])
    }
  }

  /** @returns how they stood */
  async #begin(subjectBudgets: readonly SubjectBudget[], now: number): Promise<readonly Standing[]> {
    const { standings } = await this.#options.state.claim(
      subjectBudgets.map(subjectBudget => ({ counter: { ...subjectBudget.counterAt(now), add: 0, based: true }, limit: Number.MAX_SAFE_INTEGER })),
      now,
    )
    await this.#options.openingBalances.find(waitingOf(subjectBudgets, standings), now)
    return standings
  }

  #mendLater(counters: readonly string[], releases: readonly Pick<Hold, 'key' | 'holder'>[]): void {
    if (this.#isWhole()) this.#options.clock.after(mendMs, () => void this.#mend())
    for (const counter of counters) this.#stale.add(counter)
    this.#lateReleases.push(...releases)
  }

  #isWhole(): boolean {
    return this.#stale.size === 0 && this.#lateReleases.length === 0
  }

  async #mend(): Promise<void> {
    const { state, clock } = this.#options
    const [counters, releases] = [[...this.#stale], this.#lateReleases.splice(0)]
    try {
      await state.forget(counters)
      await state.settle({ releases, adds: [] }, clock.now())
      for (const counter of counters) this.#stale.delete(counter)
    } catch {
      this.#lateReleases.push(...releases)
    }
    if (!this.#isWhole()) clock.after(mendMs, () => void this.#mend())
  }

  #try(subjectBudgets: readonly SubjectBudget[], amount: number, holder: string, tries: number): Now<Verdict> {
    const { state, clock, holdMs } = this.#options
    const now = clock.now()
    const claims = subjectBudgets.map(subjectBudget => subjectBudget.claim(holder, amount, now, holdMs))
    const said = state.claim(claims, now)
    const judge = (answer: ClaimAnswer): Now<Verdict> => {
      if (answer.admitted) return { held: { holder, holds: claims.flatMap(({ hold }) => hold ?? []) } }
      return this.#refused(subjectBudgets, answer.standings, now) ?? this.#afterBases(subjectBudgets, answer.standings, { amount, holder, tries, now })
    }
    return isPromise(said) ? said.then(judge) : judge(said)
  }

  /** What is spent refuses before what is merely held does. */
  #refused(subjectBudgets: readonly SubjectBudget[], standings: readonly Standing[], now: number): Verdict | undefined {
    if (standings.some(({ waitsSinceMs }) => waitsSinceMs !== undefined)) return undefined
    const all = subjectBudgets.map((subjectBudget, index) => ({ refusedBy: subjectBudget, standing: standings[index] as Standing }))
    const spent = all.filter(({ refusedBy, standing }) => standing.current >= refusedBy.limit)
    const latest = spent.toSorted((one, other) => other.refusedBy.windowAt(now).endMs - one.refusedBy.windowAt(now).endMs)[0]
    return latest ?? all.find(({ standing }) => standing.held > 0) ?? all[0]
  }

  async #afterBases(
    subjectBudgets: readonly SubjectBudget[],
    standings: readonly Standing[],
    { amount, holder, tries, now }: { readonly amount: number; readonly holder: string; readonly tries: number; readonly now: number },
  ): Promise<Verdict> {
    if (tries > mostTries) throw new Error('what was spent could not be found')
    await this.#options.openingBalances.find(waitingOf(subjectBudgets, standings), now)
    return await this.#try(subjectBudgets, amount, holder, tries + 1)
  }
}

function waitingOf(
  subjectBudgets: readonly SubjectBudget[],
  standings: readonly Standing[],
): readonly { readonly subjectBudget: SubjectBudget; readonly sinceMs: number }[] {
  return subjectBudgets.flatMap((subjectBudget, index) => {
    const sinceMs = standings[index]?.waitsSinceMs
    return sinceMs === undefined ? [] : [{ subjectBudget, sinceMs }]
  })
}
