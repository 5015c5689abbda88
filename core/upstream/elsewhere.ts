/** Providers that do not have an object, or not the operation. */

import { GatewayError } from '../errors.ts'

const elsewhere: ReadonlySet<number> = new Set([404, 405, 501])

/** Whether a provider refused because it does not have the object, or not the operation. */
export function isElsewhere(cause: unknown): boolean {
  return cause instanceof GatewayError && elsewhere.has(cause.status)
}

/** Waits for a deletion at a provider; what it does not have, or cannot delete, may be forgotten here all the same. @throws what it refused otherwise */
export async function orElsewhere(deleting: Promise<unknown>): Promise<void> {
  await deleting.catch((cause: unknown) => { if (!isElsewhere(cause)) throw cause })
}
