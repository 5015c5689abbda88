/** Work that somebody waits for, but not for long. */

import type { Clock } from '../../core/services/clock.ts'

/** @param overdue makes what is thrown when the time is over. @throws that, or whatever the work throws */
export function inTime<T>(clock: Clock, work: Promise<T>, limitMs: number, overdue: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(limitMs, () => reject(overdue()))
    work.then(resolve, reject).finally(() => timer.cancel())
  })
}

/** @param who takes too long, as the message says it */
export function tookTooLong(who: string, limitMs: number): Error {
  return new Error(`${who} took longer than ${limitMs} ms`)
}
