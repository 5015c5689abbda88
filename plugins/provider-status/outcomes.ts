/** How the calls to one model of a provider ended lately: the last 500 of the last ten minutes. */

export const windowMs = 600_000
const mostOutcomes = 500

export interface LastError {
  readonly status_code: number
  readonly message: string
  /** Milliseconds since 1970. */
  readonly at: number
}

export interface OutcomeCounts {
  readonly requests: number
  readonly errors: number
  /** At least three failed, and at least half. */
  readonly flagged: boolean
}

export class Outcomes {
  lastError: LastError | undefined
  /** When each ended, in milliseconds from 1 on; an error is below zero. 0 is an empty place. */
  readonly #times = new Float64Array(mostOutcomes)
  #next = 0

  /** @param now monotonic milliseconds */
  add(now: number, error?: LastError): void {
    this.#times[this.#next] = error === undefined ? now + 1 : -(now + 1)
    this.#next = (this.#next + 1) % mostOutcomes
    if (error !== undefined) this.lastError = error
  }

  count(now: number): OutcomeCounts {
    let [requests, errors] = [0, 0]
    for (const time of this.#times) {
      if (time === 0 || Math.abs(time) - 1 <= now - windowMs) continue
      requests += 1
      if (time < 0) errors += 1
    }
    return { requests, errors, flagged: errors >= 3 && errors * 2 >= requests }
  }
}
