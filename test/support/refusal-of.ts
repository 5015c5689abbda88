/** What work is refused with, and what calls fail with. */

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

/** What a call of a client fails with. @throws Error if it does not fail */
export async function failureOf<Failure>(call: PromiseLike<unknown>): Promise<Failure> {
  try {
    await call
  } catch (cause) {
    return cause as Failure
  }
  throw new Error('the call succeeded')
}
