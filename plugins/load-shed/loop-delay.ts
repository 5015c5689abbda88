/** How late the event loop is: the 99th percentile of the last 5 seconds, in milliseconds. */

import type { Clock } from '../../core/index.ts'
import type { Measure } from './sampling.ts'

const windowMs = 5_000
const share = 0.99

export class LoopDelay implements Measure {
  readonly reason = 'event_loop_delay'
  readonly everyMs = 20
  readonly #clock: Clock
  /** The oldest first. */
  readonly #seen: { readonly at: number; readonly delayMs: number }[] = []
  #lastAt = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** What was done before the gateway serves, such as to connect to its stores, is no delay. */
  begin(): void {
    this.#lastAt = this.#clock.elapsed()
  }

  /** To be called when `everyMs` should have gone by since it was last. */
  read(): number {
    const now = this.#clock.elapsed()
    this.#seen.push({ at: now, delayMs: Math.max(0, now - this.#lastAt - this.everyMs) })
    this.#lastAt = now
    while ((this.#seen[0]?.at ?? now) <= now - windowMs) this.#seen.shift()
    const delays = Float64Array.from(this.#seen, ({ delayMs }) => delayMs).sort()
    return delays[Math.ceil(delays.length * share) - 1] ?? 0
  }
}
