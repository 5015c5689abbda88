/** How requests to each provider went lately, model by model. */

import { LRUCache } from 'lru-cache'
import type { Attempt, Clock, Exchange, ProviderInstance } from '../../core/index.ts'
import { Outcomes, windowMs, type LastError, type OutcomeCounts } from './outcomes.ts'

const mostModels = 100
const mostShown = 25
const longestMessage = 240

export interface ModelHealth extends OutcomeCounts {
  readonly model: string
  readonly lastError: LastError | undefined
}

export interface Health {
  readonly requests: number
  readonly errors: number
  /** The worst first, no more than 25. */
  readonly models: readonly ModelHealth[]
  readonly isFlagged: boolean
}

export class RequestHealth {
  readonly windowSeconds = windowMs / 1000
  readonly #clock: Clock
  /** By name: each configuration has instances of its own. */
  readonly #byProvider = new Map<string, LRUCache<string, Outcomes>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The exchange is over: one outcome for each target that was called. */
  ended(exchange: Exchange): void {
    const { attempts } = exchange
    for (let i = 0; i < attempts.length; i++) {
      if (attempts[i + 1]?.kind !== 'retry') this.#add(exchange, attempts[i] as Attempt, i === attempts.length - 1)
    }
  }

  of({ name }: Pick<ProviderInstance, 'name'>): Health {
    const now = this.#clock.elapsed()
    const all = [...(this.#byProvider.get(name) ?? [])]
      .map(([model, outcomes]) => ({ model, ...outcomes.count(now), lastError: outcomes.lastError }))
      .filter(({ requests }) => requests > 0)
    return {
      requests: sum(all.map(({ requests }) => requests)),
      errors: sum(all.map(({ errors }) => errors)),
      models: all.sort(worstFirst).slice(0, mostShown),
      isFlagged: all.some(({ flagged }) => flagged),
    }
  }

  #add(exchange: Exchange, attempt: Attempt, isLast: boolean): void {
    const {
      target: { provider, model },
      failure,
      outcome,
    } = attempt
    if (outcome === 'cancelled' || failure?.kind === 'refused') return
    const error = failure?.error ?? (isLast && !exchange.gone && exchange.error?.provider !== undefined ? exchange.error : undefined)
    const at = this.#clock.now()
    this.#outcomes(provider.name, model).add(
      this.#clock.elapsed(),
      error === undefined ? undefined : { status_code: failure?.status ?? error.status, message: error.message.slice(0, longestMessage), at },
    )
  }

  #outcomes(provider: string, model: string): Outcomes {
    let models = this.#byProvider.get(provider)
    if (models === undefined) this.#byProvider.set(provider, (models = new LRUCache<string, Outcomes>({ max: mostModels })))
    let outcomes = models.get(model)
    if (outcomes === undefined) models.set(model, (outcomes = new Outcomes()))
    return outcomes
  }
}

/** By gateway: what is made anew with a configuration goes on counting. */
const known = new WeakMap<object, RequestHealth>()

/** @param gateway an object that there is one of in each gateway */
export function requestHealthOf(gateway: object, clock: Clock): RequestHealth {
  const health = known.get(gateway) ?? new RequestHealth(clock)
  known.set(gateway, health)
  return health
}

function worstFirst(one: ModelHealth, other: ModelHealth): number {
  return Number(other.flagged) - Number(one.flagged) || other.errors - one.errors || other.requests - one.requests || (one.model < other.model ? -1 : 1)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
