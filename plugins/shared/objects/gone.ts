/** Objects that a provider keeps for the gateway, such as a batch, and does not have, or has no more one day. */

import { GatewayError } from '../../../core/errors.ts'

/** So long a provider may say that it has no such object: what was just made may not be found at once. */
const goneMs = 60 * 60_000

/** What is remembered of an object that is asked after. */
export interface Absence {
  /** Since when its provider says that it has no such object, and nothing else; milliseconds since 1970. */
  readonly goneSince?: number | undefined
}

/** Whether the provider says itself that it has something no more. */
export function isGone(cause: unknown): boolean {
  return cause instanceof GatewayError && cause.provider !== undefined && (cause.status === 404 || cause.status === 410)
}

const elsewhere: ReadonlySet<number> = new Set([404, 405, 410, 501])

/** Whether a provider refused because it does not have the object, or not the operation. */
export function isElsewhere(cause: unknown): boolean {
  return cause instanceof GatewayError && elsewhere.has(cause.status)
}

/** What a provider answers; undefined if it does not have the object, or not the operation: then it may be forgotten here all the same. @throws what it refused otherwise */
export async function orElsewhere<T>(asking: Promise<T>): Promise<T | undefined> {
  return await asking.catch((cause: unknown) => {
    if (!isElsewhere(cause)) throw cause
    return undefined
  })
}

/** After asking failed once more. @param now milliseconds since 1970 */
export function absentAgain(before: Absence | undefined, cause: unknown, now: number): Absence {
  return { goneSince: isGone(cause) ? (before?.goneSince ?? now) : undefined }
}

/** Whether it will not come back. @param now milliseconds since 1970 */
export function isGoneForGood({ goneSince }: Absence, now: number): boolean {
  return goneSince !== undefined && now - goneSince >= goneMs
}
