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

/** A timer of Node's, for which the process stays. */
export function ownTimer(ms: number, callback: () => void): Timer {
  const timer = setTimeout(callback, ms)
  return { cancel: () => clearTimeout(timer) }
}
