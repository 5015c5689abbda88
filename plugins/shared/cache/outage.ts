/** A cache that cannot do its work: that costs a hit, and never a request. */

import type { Logger } from 'pino'
import type { Clock } from '../../../core/services/clock.ts'

/** After a failure, nobody asks again for so long. */
const pauseMs = 1_000
const silenceMs = 10_000

export class Outage {
  readonly #clock: Clock
  readonly #log: Logger
  readonly #message: string
  #complainedAt = Number.NEGATIVE_INFINITY
  /** Monotonic. */
  #pausedUntil = Number.NEGATIVE_INFINITY

  /** @param message what the log says of it, once in a while */
  constructor(clock: Clock, log: Logger, message: string) {
    this.#clock = clock
    this.#log = log
    this.#message = message
  }

  /** Whether it is too early to ask again. */
  get isFresh(): boolean {
    return this.#clock.elapsed() < this.#pausedUntil
  }

  /** Asking failed. */
  begin(cause: unknown): void {
    this.#pausedUntil = this.#clock.elapsed() + pauseMs
    this.complain(cause)
  }

  /** Something else failed, which is no reason not to ask. */
  complain(cause: unknown): void {
    const now = this.#clock.elapsed()
    if (now - this.#complainedAt < silenceMs) return
    this.#complainedAt = now
    this.#log.warn({ err: cause }, this.#message)
  }
}
