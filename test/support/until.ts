/** Waits for something that nobody announces, turn by turn of the loop. */

import { setImmediate as turn } from 'node:timers/promises'

const patienceMs = 15_000

/** @throws Error if it does not come about */
export async function until(isSo: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + patienceMs
  while (!isSo()) {
    if (performance.now() > giveUpAt) throw new Error(`this never came about: ${isSo}`)
    await turn()
  }
}
