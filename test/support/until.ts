/** Waits for something that nobody announces, turn by turn of the loop. */

import { setImmediate as turn } from 'node:timers/promises'

export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await turn()
}
