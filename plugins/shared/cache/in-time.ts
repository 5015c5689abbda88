/** Work that somebody waits for, but not for long. */

import type { Clock } from '../../../core/services/clock.ts'

/** @param who takes too long, as an error says it. @throws Error when the time is over, or whatever the work throws */
export function inTime<T>(clock: Clock, work: Promise<T>, limitMs: number, who: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(limitMs, () => reject(new Error(`${who} took longer than ${limitMs} ms`)))
    work.then(resolve, reject).finally(() => timer.cancel())
  })
}
