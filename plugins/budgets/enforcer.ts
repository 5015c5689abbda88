/** Lets calls pass for which every budget has enough, and pays when they are over. */

import { gatewayError, slot, type Addition, type Clock, type Exchange, type GatewayError, type Instrument } from '../../core/index.ts'
import type { Absence } from '../shared/limits/absence.ts'
import { LinkedList, type Entry } from '../../core/linked-list.ts'
import type { SpentRecord } from '../../core/services/ledger.ts'
import { isPromise } from '../../core/promise.ts'
import type { BudgetIndex, Payer } from './budget-index.ts'
import { inNano } from './budget-rule.ts'
import { costOf, estimateOf, type Estimate, type EstimateDeps } from './estimate.ts'
import type { Held, Reservations, Verdict } from './reservations.ts'

type Now<T> = T | Promise<T>

/** An event of a stream has this many for each token, about. */
const bytesPerStreamedToken = 100

/** A call that runs, and what is held for it. */
interface Running {
  readonly exchange: Exchange
  readonly held: Held
  readonly inputTokens: number
  /** Tokens of the answer that are held for. */
  outputTokens: number
}

/** What came of calls that ended together, gathered from all who know of it, before it is settled. */
interface Bill {
  readonly held: Held[]
  readonly adds: Addition[]
}

export interface EnforcerOptions {
  readonly reservations: Reservations
  readonly clock: Clock
  readonly estimates: Omit<EstimateDeps, 'now'>
  readonly onFailure: 'open' | 'closed'
  readonly rejected: Instrument
  /** Whether what was spent can be found out. */
  readonly absence: Absence
  /** A call runs for which something is held. */
  readonly runs: () => void
}

export class Enforcer {
  index: BudgetIndex
  readonly running = new LinkedList<Running>()
  readonly #options: EnforcerOptions
  readonly #slot = slot<Entry<Running> | undefined>()
  #bill: Bill | undefined

  constructor(index: BudgetIndex, options: EnforcerOptions) {
    this.index = index
    this.#options = options
  }

  /** Holds what a call will cost at most. */
  admit(exchange: Exchange): Now<GatewayError | undefined> {
    const subjectBudgets = this.index.of(payerOf(exchange))
    if (subjectBudgets.length === 0) return undefined
    const { reservations, clock, estimates } = this.#options
    const estimate = estimateOf(exchange, { ...estimates, now: clock.now() })
    try {
      const said = reservations.hold(subjectBudgets, inNano(estimate.usd))
      return isPromise(said)
        ? said.then(
            verdict => this.#judge(exchange, verdict, estimate),
            (cause: unknown) => this.#without(cause),
          )
        : this.#judge(exchange, said, estimate)
    } catch (cause) {
      return this.#without(cause)
    }
  }

  /** The call is over: what was held for it is free, once what it cost is counted. */
  release(exchange: Exchange): void {
    const entry = this.#slot.get(exchange)
    if (entry?.value === undefined) return
    this.#slot.set(exchange, undefined)
    this.running.remove(entry)
    this.#billNow().held.push(entry.value.held)
  }

  /** Counts what a record says was spent; what the gateway's own cache answered was not. */
  spendOf({ total_cost: cost, timestamp, user_path: userPath, auth_key_id: keyId, user_id: userId, labels, cache_type: cache }: SpentRecord): void {
    if (cost === null || cost <= 0 || cache !== null) return
    const subjectBudgets = this.index.of({ userPath, keyId, userId, labels })
    if (subjectBudgets.length > 0)
      this.#billNow().adds.push(...subjectBudgets.map(subjectBudget => ({ ...subjectBudget.counterAt(timestamp), amount: inNano(cost), atMs: timestamp })))
  }

  /** Streams that outgrow what is held for them hold more. */
  async raise(): Promise<void> {
    const { reservations, estimates, clock, absence } = this.#options
    for (const running of this.running.values()) {
      const { exchange, held } = running
      // It may have ended while another one was raised.
      if (this.#slot.get(exchange)?.value !== running) continue
      const target = exchange.reply?.target
      const tokens = Math.ceil((exchange.streamEnds?.().bytes ?? 0) / bytesPerStreamedToken)
      if (target === undefined || tokens <= running.outputTokens) continue
      running.outputTokens = tokens * 2
      const amount = inNano(costOf(target, exchange, running.inputTokens, running.outputTokens, { ...estimates, now: clock.now() }) ?? 0)
      if (amount > (held.holds[0]?.amount ?? 0)) await reservations.raise(held, amount).catch((cause: unknown) => absence.begin(cause))
    }
  }

  /** All that is told of one call in one turn is settled together, before anything else happens. */
  #billNow(): Bill {
    if (this.#bill !== undefined) return this.#bill
    const bill: Bill = (this.#bill = { held: [], adds: [] })
    queueMicrotask(() => {
      this.#bill = undefined
      void this.#options.reservations.settle(bill.held, bill.adds)
    })
    return bill
  }

  #judge(exchange: Exchange, verdict: Verdict, { inputTokens, outputTokens }: Estimate): GatewayError | undefined {
    this.#options.absence.end()
    if ('refusedBy' in verdict) return this.#refusal(verdict)
    const running: Running = { exchange, held: verdict.held, inputTokens, outputTokens }
    // The caller may have left while the state was asked.
    if (exchange.completed) void this.#options.reservations.settle([verdict.held], [])
    else {
      this.#slot.set(exchange, this.running.add(running))
      this.#options.runs()
    }
    return undefined
  }

  #refusal({ refusedBy: subjectBudget, standing }: Extract<Verdict, { readonly refusedBy: unknown }>): GatewayError {
    this.#options.rejected(1, subjectBudget.rule.scope)
    const now = this.#options.clock.now()
    const isSpent = standing.current >= subjectBudget.limit
    if (isSpent)
      return gatewayError('budget_exceeded', `budget exceeded: ${subjectBudget.words(standing.current)}`, {
        retryAfterMs: subjectBudget.windowAt(now).endMs - now,
        shouldRetry: false,
      })
    return gatewayError('budget_exceeded', `budget exceeded while calls run: ${subjectBudget.words(standing.current)}, and what is left is held for them`, {
      retryAfterMs: 1000,
    })
  }

  #without(cause: unknown): GatewayError | undefined {
    this.#options.absence.begin(cause)
    if (this.#options.onFailure === 'open') return undefined
    return gatewayError('budget_check_failed', 'what was spent of the budget cannot be found out now', { retryAfterMs: 1000, cause })
  }
}

export function payerOf({ userPath, caller, labels }: Pick<Exchange, 'userPath' | 'caller' | 'labels'>): Payer {
  return { userPath, keyId: caller?.keyId, userId: caller?.userId, labels }
}
