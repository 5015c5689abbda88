/** A clock that stands still until a test turns it. */

import type { Clock, Timer } from '../services/clock.ts'

interface ArmedTimer {
  readonly dueAt: number
  readonly callback: () => void
}

/**
 * Stands in for the service `clock`.
 * @example
 * const clock = new TurnedClock()
 * const call = gateway.call(…)
 * await clock.armed() // the retry waits
 * clock.advance(500)
 */
export class TurnedClock implements Clock {
  readonly #startedAt: number
  #elapsed = 0
  /** By time, then by order of arming. */
  readonly #timers: ArmedTimer[] = []
  #awaited: { readonly count: number; readonly resolve: () => void }[] = []

  /** @param startMs the time that `now()` begins with: the first second of 2026 by default */
  constructor(startMs: number = Date.UTC(2026, 0, 1)) {
    this.#startedAt = startMs
  }

  now(): number {
    return this.#startedAt + this.#elapsed
  }

  elapsed(): number {
    return this.#elapsed
  }

  /** @throws RangeError if `ms` is not a number, which is a mistake of the caller that real timers hide */
  after(ms: number, callback: () => void): Timer {
    if (Number.isNaN(ms)) throw new RangeError('A timer was armed for NaN milliseconds')
    const timer: ArmedTimer = { dueAt: this.#elapsed + Math.max(0, ms), callback }
    this.#timers.splice(this.#timers.findLastIndex(other => other.dueAt <= timer.dueAt) + 1, 0, timer)
    this.#tellArmed()
    return { cancel: () => this.#remove(timer) }
  }

  /** Moves time on, and fires what falls due on the way, in order, each at its own time; timers that those arm, too. */
  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`Time cannot advance by ${ms} milliseconds`)
    const until = this.#elapsed + ms
    for (let next = this.#timers[0]; next !== undefined && next.dueAt <= until; next = this.#timers[0]) {
      this.#timers.shift()
      this.#elapsed = next.dueAt
      next.callback()
    }
    this.#elapsed = until
  }

  /** How many timers are armed. */
  get pending(): number {
    return this.#timers.length
  }

  /** Milliseconds until each armed timer is due, the next one first. */
  get waitsMs(): readonly number[] {
    return this.#timers.map(timer => timer.dueAt - this.#elapsed)
  }

  /** Resolves when at least so many timers are armed: at once, if they are. */
  async armed(count = 1): Promise<void> {
    if (this.pending >= count) return
    await new Promise<void>(resolve => this.#awaited.push({ count, resolve }))
  }

  #remove(timer: ArmedTimer): void {
    const index = this.#timers.indexOf(timer)
    if (index >= 0) this.#timers.splice(index, 1)
  }

  #tellArmed(): void {
    for (const awaited of this.#awaited) if (this.pending >= awaited.count) awaited.resolve()
    this.#awaited = this.#awaited.filter(awaited => this.pending < awaited.count)
  }
}
