/** How long to wait until a worker that died is replaced: not at all at first, and ever longer while they go on dying. */

const firstMs = 100
const longestMs = 30_000
/** After so long without a death, all is well again. */
const calmMs = 60_000
const hopelessAt = 6

export class Backoff {
  #deaths = 0
  #lastAt = Number.NEGATIVE_INFINITY

  /** Whether so many died, one soon after the other, that the next will, too. */
  get isHopeless(): boolean {
    return this.#deaths >= hopelessAt
  }

  /** One died. @param now monotonic milliseconds @returns how long to wait */
  next(now: number): number {
    if (now - this.#lastAt > calmMs) this.#deaths = 0
    this.#lastAt = now
    this.#deaths += 1
    return this.#deaths === 1 ? 0 : Math.min(longestMs, firstMs * 2 ** (this.#deaths - 2))
  }
}
