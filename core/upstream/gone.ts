/** Objects that a provider keeps for the gateway, such as a batch, and has no more one day. */

import { GatewayError } from '../errors.ts'

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

/** After asking failed once more. @param now milliseconds since 1970 */
export function absentAgain(before: Absence | undefined, cause: unknown, now: number): Absence {
  return { goneSince: isGone(cause) ? before?.goneSince ?? now : undefined }
}

/** Whether it will not come back. @param now milliseconds since 1970 */
export function isGoneForGood({ goneSince }: Absence, now: number): boolean {
  return goneSince !== undefined && now - goneSince >= goneMs
}
