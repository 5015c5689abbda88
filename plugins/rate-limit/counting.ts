/** Where limits are counted: in the shared state, or, while that is away and operators want calls served, in this process. */

import type { Logger } from 'pino'
import type { Claim, ClaimAnswer, Clock, Settlement, State } from '../../core/index.ts'
import { Absence } from '../shared/limits/absence.ts'
import { MemoryState } from '../../core/services/memory-state.ts'
import { isPromise } from '../../core/promise.ts'

export interface CountingOptions {
  readonly state: State
  readonly onFailure: 'open' | 'closed'
  readonly clock: Clock
  readonly log: Logger
}

/** What was admitted, and where it was counted: what is held is given back there. */
export interface Counted extends ClaimAnswer {
  readonly where: State
}

export class Counting {
  readonly #options: CountingOptions
  readonly #own = new MemoryState()
  readonly #absence: Absence

  constructor(options: CountingOptions) {
    this.#options = options
    this.#absence = new Absence(options.log, {
      away:
        options.onFailure === 'open'
          ? 'the shared state is away: rate limits are counted in this process'
          : 'the shared state is away: calls under rate limits are refused',
      back: 'the shared state is back: rate limits are counted there again',
    })
  }

  /** Undefined where nothing can be counted, and operators want calls refused then. */
  claim(claims: readonly Claim[]): Counted | undefined | Promise<Counted | undefined> {
    const { state, clock } = this.#options
    const now = clock.now()
    const said = state.claim(claims, now)
    if (!isPromise(said)) return { ...said, where: state }
    return said.then(
      answer => {
        this.#absence.end()
        return { ...answer, where: state }
      },
      (cause: unknown) => this.#without(claims, now, cause),
    )
  }

  settle(where: State, settlement: Settlement): void {
    const { clock, onFailure, log } = this.#options
    const settled = where.settle(settlement, clock.now())
    if (!isPromise(settled)) return
    settled.catch((cause: unknown) => {
      log.debug({ err: cause }, 'the shared state could not be told of what was used') // slots lapse
      if (onFailure === 'open') this.#own.settle({ releases: [], adds: settlement.adds }, clock.now())
    })
  }

  #without(claims: readonly Claim[], now: number, cause: unknown): Counted | undefined {
    this.#absence.begin(cause)
    return this.#options.onFailure === 'open' ? { ...this.#own.claim(claims, now), where: this.#own } : undefined
  }
}
