/** Time, and what waits for it. */

/** Time that tests can turn. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Monotonic milliseconds. */
  elapsed(): number
  /** Calls back once, unless cancelled. */
  after(ms: number, callback: () => void): Timer
}

export interface Timer {
  cancel(): void
}
