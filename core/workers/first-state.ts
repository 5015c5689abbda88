/** The numbers that the first process keeps, as a worker asks for them. */

import { StateUnavailable, type Claim, type ClaimAnswer, type CounterValues, type Hold, type Question, type Settlement, type Standing, type State, type VolatileCounters } from '../plugin/state.ts'
import type { StateCall } from './state-desk.ts'
import type { Wire } from './wire.ts'

export class FirstState implements State {
  readonly isShared = true
  readonly volatile: VolatileCounters
  readonly #wire: Pick<Wire, 'ask'>

  constructor(wire: Pick<Wire, 'ask'>) {
    this.#wire = wire
    this.volatile = {
      save: async (prefix, isLast = false) => await this.#ask({ do: 'save', prefix, isLast }) as CounterValues | undefined,
      restore: async (counters, nowMs) => { await this.#ask({ do: 'restore', counters, nowMs }) },
    }
  }

  async claim(claims: readonly Claim[], nowMs: number): Promise<ClaimAnswer> {
    return await this.#ask({ do: 'claim', claims, nowMs }) as ClaimAnswer
  }

  async settle(settlement: Settlement, nowMs: number): Promise<void> {
    await this.#ask({ do: 'settle', settlement, nowMs })
  }

  async renew(holds: readonly Hold[]): Promise<void> {
    await this.#ask({ do: 'renew', holds })
  }

  async read(questions: readonly Question[], nowMs: number): Promise<readonly Standing[]> {
    return await this.#ask({ do: 'read', questions, nowMs }) as readonly Standing[]
  }

  async base(counter: string, sinceMs: number, value: number): Promise<void> {
    await this.#ask({ do: 'base', counter, sinceMs, value })
  }

  async forget(counters: readonly string[]): Promise<void> {
    await this.#ask({ do: 'forget', counters })
  }

  async #ask(call: StateCall): Promise<unknown> {
    try {
      return await this.#wire.ask('numbers', call)
    } catch (cause) {
      throw new StateUnavailable('the first process does not answer', { cause })
    }
  }
}
