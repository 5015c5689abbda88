/** How soon a replica follows a change that another one made: by the time of its clock, which the test turns. */

import type { TurnedClock } from '../../core/testing/turned-clock.ts'
import type { AdminGateway } from './admin.ts'

/** What a replica may take. */
const limitMs = 2_000
const stepMs = 20

/**
 * Asks until it is so. Between two questions the clock goes on a little, and the replica's store answers once: however slow it is, what
 * the replica asks it for the change has its turn.
 * @throws Error if it is not within two seconds of the clock
 */
export async function inForce(
  { clock, replica }: { readonly clock: TurnedClock; readonly replica: AdminGateway },
  isSo: () => Promise<boolean>,
): Promise<void> {
  for (let turnedMs = 0; !(await isSo()); turnedMs += stepMs) {
    if (turnedMs >= limitMs) throw new Error(`this was not so within ${limitMs / 1000} s: ${isSo}`)
    clock.advance(stepMs)
    await replica.call('GET', '/usage/log?limit=1')
  }
}
