/** Work of a plugin's own that must come to an end before anything can serve. */

import type { Timer } from '../services/clock.ts'

/**
 * Waits for work as long as it may take. The process stays for the deadline: nothing else may keep it up by then, and it would end without a word.
 * @param after starts a timer, as a clock does
 * @throws Error saying that `what` took too long
 */
export async function inTime<T>(work: T | Promise<T>, what: string, limitMs: number, after: (ms: number, callback: () => void) => Timer): Promise<T> {
  const stay = setInterval(() => {}, limitMs)
  const { promise: overdue, reject } = Promise.withResolvers<never>()
  const timer = after(limitMs, () => reject(new Error(`${what} took longer than ${limitMs / 1000} s`)))
  try {
    return await Promise.race([work, overdue])
  } finally {
    timer.cancel()
    clearInterval(stay)
  }
}
