/** The metric of how breakers stand: each has a series from when it is made, and shows itself closed once the gateway serves. */

import type { Instrument, Meter } from '../../core/index.ts'
import type { HeldSeries } from '../../core/services/meter.ts'
import type { BreakerState } from './standing.ts'

const values: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 }

export class StateGauge {
  readonly #gauge: Instrument
  readonly #isPerModel: boolean
  readonly #shown: HeldSeries[] = []
  #isServing = false

  /** @param isPerModel whether any provider has a breaker for each of its models */
  constructor(meter: Meter, isPerModel: boolean) {
    const labels = isPerModel ? ['provider', 'model'] : ['provider']
    this.#gauge = meter.gauge('circuit_breaker_state', 'State of the breaker: 0 closed, 1 half-open, 2 open.', labels, 'max')
    this.#isPerModel = isPerModel
  }

  start(): void {
    this.#isServing = true
    for (const series of this.#shown) series.record(values.closed)
  }

  /** Shows one more breaker. @returns how to tell what its state is now */
  show(provider: string, model: string): (state: BreakerState) => void {
    const series = this.#isPerModel ? this.#gauge.hold(provider, model) : this.#gauge.hold(provider)
    this.#shown.push(series)
    if (this.#isServing) series.record(values.closed)
    return state => series.record(values[state])
  }

  close(): void {
    for (const series of this.#shown) series.release()
  }
}
