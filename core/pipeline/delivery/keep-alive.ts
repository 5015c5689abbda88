/** Has something said to a caller who waits, whenever nothing was written to them for a while. */

import type { Clock, Timer } from '../../services/clock.ts'

/** One timer, however much is written: when it goes off it looks at the time of the last write. */
export class KeepAlive {
  readonly #clock: Clock
  readonly #afterMs: number
  readonly #speak: () => void
  #wroteAt: number
  #timer: Timer

  /** @param speak writes something that means nothing; called every so many milliseconds of silence, until `cancel` */
  constructor(clock: Clock, afterMs: number, speak: () => void) {
    this.#clock = clock
    this.#afterMs = afterMs
    this.#speak = speak
    this.#wroteAt = clock.elapsed()
    this.#timer = this.#arm(afterMs)
  }

  /** Something was written. */
  wrote(): void {
    this.#wroteAt = this.#clock.elapsed()
  }

  cancel(): void {
    this.#timer.cancel()
  }

  #arm(ms: number): Timer {
    return this.#clock.after(ms, () => this.#look())
  }

  #look(): void {
    const quietMs = this.#clock.elapsed() - this.#wroteAt
    if (quietMs < this.#afterMs) {
      this.#timer = this.#arm(this.#afterMs - quietMs)
      return
    }
    this.#timer = this.#arm(this.#afterMs)
    this.wrote()
    this.#speak()
  }
}
