/** Reads again and again what others may have changed, should a notice be lost. */

import type { Clock, Timer } from '../../../core/services/clock.ts'

/** @param failed told why it could not be read; it is tried again @returns how to end it */
export function readAgain(clock: Clock, everyMs: number, read: () => Promise<void>, failed: (cause: unknown) => void): () => void {
  let timer: Timer
  const wait = () => {
    timer = clock.after(everyMs, () => {
      read().catch(failed)
      wait()
    })
  }
  wait()
  return () => timer.cancel()
}
