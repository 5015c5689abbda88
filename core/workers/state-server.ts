/** What the first process keeps for all: one set of numbers, and what each worker holds of them. */

import { MemoryState } from '../services/memory-state.ts'
import type { Claim, ClaimAnswer, CounterValues, Hold, NoteChange, Question, Settlement, Standing } from '../services/state.ts'

/** A method of a state with what it was given. */
export type StateCall =
  | { readonly do: 'claim'; readonly claims: readonly Claim[]; readonly nowMs: number }
  | { readonly do: 'settle'; readonly settlement: Settlement; readonly nowMs: number }
  | { readonly do: 'renew'; readonly holds: readonly Hold[] }
  | { readonly do: 'read'; readonly questions: readonly Question[]; readonly nowMs: number }
  | { readonly do: 'base'; readonly counter: string; readonly sinceMs: number; readonly value: number }
  | { readonly do: 'forget'; readonly counters: readonly string[] }
  | { readonly do: 'save'; readonly prefix: string; readonly isLast: boolean }
  | { readonly do: 'restore'; readonly counters: CounterValues; readonly nowMs: number }
  | { readonly do: 'read-notes'; readonly keys: readonly string[]; readonly nowMs: number }
  | { readonly do: 'replace-note'; readonly change: NoteChange; readonly nowMs: number }

export class StateServer {
  readonly #state = new MemoryState()
  /** The worker that writes counters down; there is one at a time. */
  #keeper: StateSession | undefined
  #isRestored = false

  /** A place for one worker. */
  session(): StateSession {
    return new StateSession(this.#state, {
      save: (session, prefix, isLast) => {
        this.#keeper ??= session
        return isLast || this.#keeper === session ? this.#state.volatile.save(prefix) : undefined
      },
      // What a worker finds that begins later is older than what was counted since.
      restore: (counters, nowMs) => {
        if (!this.#isRestored) this.#state.volatile.restore(counters, nowMs)
        this.#isRestored = true
      },
      left: session => {
        if (this.#keeper === session) this.#keeper = undefined
      },
    })
  }
}

interface Counting {
  save(session: StateSession, prefix: string, isLast: boolean): CounterValues | undefined
  restore(counters: CounterValues, nowMs: number): void
  left(session: StateSession): void
}

export class StateSession {
  readonly #state: MemoryState
  readonly #counting: Counting
  /** What its worker holds, by key and holder. */
  readonly #held = new Map<string, Pick<Hold, 'key' | 'holder'>>()

  constructor(state: MemoryState, counting: Counting) {
    this.#state = state
    this.#counting = counting
  }

  take(call: StateCall): ClaimAnswer | readonly Standing[] | CounterValues | readonly (string | undefined)[] | boolean | undefined | void {
    switch (call.do) {
      case 'claim':
        return this.#claim(call.claims, call.nowMs)
      case 'settle':
        return this.#settle(call.settlement, call.nowMs)
      case 'renew':
        return this.#renew(call.holds)
      case 'read':
        return this.#state.read(call.questions, call.nowMs)
      case 'base':
        return this.#state.base(call.counter, call.sinceMs, call.value)
      case 'forget':
        return this.#state.forget(call.counters)
      case 'save':
        return this.#counting.save(this, call.prefix, call.isLast)
      case 'restore':
        return this.#counting.restore(call.counters, call.nowMs)
      case 'read-notes':
        return this.#state.notes.read(call.keys, call.nowMs)
      case 'replace-note':
        return this.#state.notes.replace(call.change, call.nowMs)
    }
  }

  /** Its worker is gone, and nothing of it runs any more. */
  leave(nowMs: number): void {
    this.#state.settle({ releases: [...this.#held.values()], adds: [] }, nowMs)
    this.#held.clear()
    this.#counting.left(this)
  }

  #claim(claims: readonly Claim[], nowMs: number): ClaimAnswer {
    const answer = this.#state.claim(claims, nowMs)
    if (answer.admitted) for (const { hold } of claims) if (hold !== undefined) this.#note(hold)
    return answer
  }

  #settle(settlement: Settlement, nowMs: number): void {
    for (const released of settlement.releases) this.#held.delete(nameOf(released))
    this.#state.settle(settlement, nowMs)
  }

  #renew(holds: readonly Hold[]): void {
    for (const hold of holds) this.#note(hold)
    this.#state.renew(holds)
  }

  #note({ key, holder }: Hold): void {
    this.#held.set(nameOf({ key, holder }), { key, holder })
  }
}

function nameOf({ key, holder }: Pick<Hold, 'key' | 'holder'>): string {
  return `${holder} ${key}`
}
