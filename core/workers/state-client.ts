/** The numbers that the first process keeps, as a worker asks for them. */

import {
  StateUnavailable,
  type Claim,
  type ClaimAnswer,
  type CounterValues,
  type Hold,
  type NoteChange,
  type Notes,
  type Question,
  type Settlement,
  type Standing,
  type State,
  type VolatileCounters,
} from '../services/state.ts'
import type { StateCall } from './state-server.ts'
import type { Rpc } from './rpc.ts'

export class StateClient implements State {
  readonly isShared = true
  readonly volatile: VolatileCounters
  readonly notes: Notes
  readonly #rpc: Pick<Rpc, 'ask'>

  constructor(rpc: Pick<Rpc, 'ask'>) {
    this.#rpc = rpc
    this.volatile = {
      save: async (prefix, isLast = false) => (await this.#ask({ do: 'save', prefix, isLast })) as CounterValues | undefined,
      restore: async (counters, nowMs) => {
        await this.#ask({ do: 'restore', counters, nowMs })
      },
    }
    this.notes = {
      // What nothing stands for is null on the way.
      read: async (keys, nowMs) => ((await this.#ask({ do: 'read-notes', keys, nowMs })) as (string | null)[]).map(text => text ?? undefined),
      replace: async (change: NoteChange, nowMs) => (await this.#ask({ do: 'replace-note', change, nowMs })) as boolean,
    }
  }

  async claim(claims: readonly Claim[], nowMs: number): Promise<ClaimAnswer> {
    return (await this.#ask({ do: 'claim', claims, nowMs })) as ClaimAnswer
  }

  async settle(settlement: Settlement, nowMs: number): Promise<void> {
    await this.#ask({ do: 'settle', settlement, nowMs })
  }

  async renew(holds: readonly Hold[]): Promise<void> {
    await this.#ask({ do: 'renew', holds })
  }

  async read(questions: readonly Question[], nowMs: number): Promise<readonly Standing[]> {
    return (await this.#ask({ do: 'read', questions, nowMs })) as readonly Standing[]
  }

  async base(counter: string, sinceMs: number, value: number): Promise<void> {
    await this.#ask({ do: 'base', counter, sinceMs, value })
  }

  async forget(counters: readonly string[]): Promise<void> {
    await this.#ask({ do: 'forget', counters })
  }

  async #ask(call: StateCall): Promise<unknown> {
    try {
      return await this.#rpc.ask('numbers', call)
    } catch (cause) {
      throw new StateUnavailable('the first process does not answer', { cause })
    }
  }
}
