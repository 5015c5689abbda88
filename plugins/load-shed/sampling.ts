/** Measures again and again, by the clock, as long as it is open. */

import type { Clock, Timer } from '../../core/index.ts'
import type { Gauge, Reason } from './gate.ts'
import type { Limit } from './limit.ts'

/** What can be measured. */
export interface Measure {
  readonly reason: Reason
  readonly everyMs: number
  /** Called before the first `read`. */
  begin?(): void
  read(): number
}

export interface SamplingParts {
  readonly measure: Measure
  readonly limit: Limit
  readonly clock: Clock
  /** The limit is reached, or holds no longer. */
  changed(): void
}

export class Sampling implements Gauge {
  readonly reason: Reason
  readonly limit: Limit
  readonly #parts: SamplingParts
  #timer: Timer | undefined

  constructor(parts: SamplingParts) {
    this.#parts = parts
    this.reason = parts.measure.reason
    this.limit = parts.limit
  }

  start(): void {
    this.#parts.measure.begin?.()
    this.#arm()
  }

  close(): void {
    this.#timer?.cancel()
  }

  #measure(): void {
    const { limit, measure, changed } = this.#parts
    const before = limit.isReached
    if (limit.judge(measure.read()) !== before) changed()
    this.#arm()
  }

  #arm(): void {
    this.#timer = this.#parts.clock.after(this.#parts.measure.everyMs, () => this.#measure())
  }
}
