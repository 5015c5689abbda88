/** Keeps what is held from lapsing, as long as the calls run that hold it. */

import type { Clock, Timer } from '../../../core/services/clock.ts'
import type { Hold, State } from '../../../core/services/state.ts'

/** So often within its time is a hold renewed. */
const timesPerHold = 3

export interface RenewalOptions {
  readonly state: State
  readonly clock: Clock
  /** How long a hold lasts by itself. */
  readonly holdMs: number
  /** What is held now. */
  readonly held: () => readonly Hold[]
}

export class Renewals {
  readonly #options: RenewalOptions
  #timer: Timer | undefined

  constructor(options: RenewalOptions) {
    this.#options = options
  }

  start(): void {
    const { clock, holdMs } = this.#options
    this.#timer = clock.after(holdMs / timesPerHold, () => {
      void this.#renew()
      this.start()
    })
  }

  close(): void {
    this.#timer?.cancel()
  }

  /** What cannot be renewed is renewed the next time. */
  async #renew(): Promise<void> {
    const { state, clock, holdMs, held } = this.#options
    const holds = held()
    const now = clock.now()
    if (holds.length > 0)
      await Promise.resolve(
        state.renew(
          holds.map(hold => ({ ...hold, untilMs: now + holdMs })),
          now,
        ),
      ).catch(() => {})
  }
}
