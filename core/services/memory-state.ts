/** Counters, holds and notes in this process. */

import {
  admits,
  type Addition,
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
} from './state.ts'
import { HoldTable } from './holds.ts'

interface Counter {
  value: number
  base: number | undefined
  readonly sinceMs: number
  expiresAtMs: number
}

/** So often are those dropped that nobody asks for any more. */
const sweepMs = 60_000

export class MemoryState implements State {
  readonly isShared = false
  readonly notes = new MemoryNotes()
  readonly #counters = new Map<string, Counter>()
  readonly #holds = new HoldTable()
  #nextSweepMs = 0

  claim(claims: readonly Claim[], nowMs: number): ClaimAnswer {
    if (nowMs >= this.#nextSweepMs) this.#sweep(nowMs)
    const standings: Standing[] = []
    let admitted = true
    for (const claim of claims) {
      const standing = this.#standingFor(claim, nowMs)
      standings.push(standing)
      admitted &&= admits(claim, standing)
    }
    if (admitted) for (const claim of claims) this.#grant(claim, nowMs)
    return { admitted, standings }
  }

  settle({ releases, adds }: Settlement, nowMs: number): void {
    for (const { key, holder } of releases) this.#holds.release(key, holder)
    for (const add of adds) this.#add(add, nowMs)
  }

  renew(holds: readonly Hold[]): void {
    for (const hold of holds) this.#holds.put(hold)
  }

  read(questions: readonly Question[], nowMs: number): readonly Standing[] {
    return questions.map(({ counter, previous, held }) => this.#standing(counter, previous, held, nowMs))
  }

  base(counter: string, sinceMs: number, value: number): void {
    const known = this.#counters.get(counter)
    if (known?.sinceMs === sinceMs) known.base = value
  }

  forget(counters: readonly string[]): void {
    for (const counter of counters) this.#counters.delete(counter)
  }

  get volatile() {
    return {
      save: (prefix: string): CounterValues =>
        Object.fromEntries(
          [...this.#counters].flatMap(([key, { value, base, expiresAtMs }]) =>
            key.startsWith(prefix) ? [[key, [value + (base ?? 0), expiresAtMs] as const]] : [],
          ),
        ),
      restore: (counters: CounterValues, nowMs: number): void => {
        for (const [key, [value, expiresAtMs]] of Object.entries(counters)) {
          if (expiresAtMs > nowMs && !this.#counters.has(key)) this.#counters.set(key, { value, base: 0, sinceMs: nowMs, expiresAtMs })
        }
      },
    } satisfies VolatileCounters
  }

  /** A counter that must have a base begins with the first question. */
  #standingFor({ counter, hold }: Claim, nowMs: number): Standing {
    if (counter?.based === true && this.#live(counter.counter, nowMs) === undefined) {
      this.#counters.set(counter.counter, { value: 0, base: undefined, sinceMs: nowMs, expiresAtMs: counter.expiresAtMs })
    }
    return this.#standing(counter?.counter, counter?.previous, hold?.key, nowMs)
  }

  #standing(counter: string | undefined, before: string | undefined, holds: string | undefined, nowMs: number): Standing {
    const known = counter === undefined ? undefined : this.#live(counter, nowMs)
    const current = valueOf(known)
    const previous = before === undefined ? 0 : valueOf(this.#live(before, nowMs))
    const held = holds === undefined ? 0 : this.#holds.sumOf(holds, nowMs)
    const isWaiting = known !== undefined && known.base === undefined
    return isWaiting ? { current, previous, held, waitsSinceMs: known.sinceMs } : { current, previous, held }
  }

  #grant({ counter, hold }: Claim, nowMs: number): void {
    if (counter !== undefined && counter.add > 0) this.#add({ counter: counter.counter, amount: counter.add, expiresAtMs: counter.expiresAtMs }, nowMs)
    if (hold !== undefined) this.#holds.put(hold)
  }

  #add({ counter, amount, expiresAtMs, atMs }: Addition, nowMs: number): void {
    const known = this.#live(counter, nowMs)
    if (known === undefined) this.#counters.set(counter, { value: amount, base: atMs === undefined ? 0 : undefined, sinceMs: atMs ?? nowMs, expiresAtMs })
    else if (atMs === undefined || atMs >= known.sinceMs) known.value += amount
  }

  #sweep(nowMs: number): void {
    this.#nextSweepMs = nowMs + sweepMs
    for (const [key, { expiresAtMs }] of this.#counters) if (expiresAtMs <= nowMs) this.#counters.delete(key)
    this.#holds.sweep(nowMs)
    this.notes.sweep(nowMs)
  }

  #live(key: string, nowMs: number): Counter | undefined {
    const known = this.#counters.get(key)
    if (known === undefined || known.expiresAtMs > nowMs) return known
    this.#counters.delete(key)
    return undefined
  }
}

function valueOf(counter: Counter | undefined): number {
  return counter === undefined ? 0 : counter.value + (counter.base ?? 0)
}

class MemoryNotes implements Notes {
  readonly #notes = new Map<string, { readonly text: string; readonly expiresAtMs: number }>()

  read(keys: readonly string[], nowMs: number): readonly (string | undefined)[] {
    return keys.map(key => this.#read(key, nowMs))
  }

  replace({ key, before, after, expiresAtMs }: NoteChange, nowMs: number): boolean {
    if (this.#read(key, nowMs) !== before) return false
    if (after === undefined) this.#notes.delete(key)
    else this.#notes.set(key, { text: after, expiresAtMs })
    return true
  }

  sweep(nowMs: number): void {
    for (const [key, { expiresAtMs }] of this.#notes) if (expiresAtMs <= nowMs) this.#notes.delete(key)
  }

  #read(key: string, nowMs: number): string | undefined {
    const note = this.#notes.get(key)
    return note === undefined || note.expiresAtMs <= nowMs ? undefined : note.text
  }
}
