/** What a piece of work is refused with. */

import { GatewayError } from '../../core/errors.ts'

/** @throws Error if it is not refused, and whatever else it fails with */
export function refusalOf(work: () => unknown): GatewayError {
  try {
    work()
  } catch (cause) {
    if (cause instanceof GatewayError) return cause
    throw cause
  }
  throw new Error('nothing was refused')
}
