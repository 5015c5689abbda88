/** Good-byes to a server, which may not answer: what was said is said, and the process need not wait for it. */

import type { Clock } from '../../../core/index.ts'
import { inTime } from '../../shared/in-time.ts'

const limitMs = 2_000

/** Resolves when the work is done, failed, or takes too long. */
export async function briefly(clock: Clock, work: Promise<unknown>): Promise<void> {
  await inTime(clock, work, limitMs, () => new Error('the server said nothing')).catch(() => {})
}
