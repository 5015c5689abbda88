/** Whether a key may be used at a time. */

import type { AuthKey } from '../../schemas/records/auth-key.schema.ts'

/** Why a key cannot be used, for the audit record alone; undefined if it can. @param now milliseconds since 1970 */
export function unusable({ enabled, deactivated_at: deactivatedAt, expires_at: expiresAt }: AuthKey, now: number): string | undefined {
  if (deactivatedAt !== null) return 'deactivated'
  if (!enabled) return 'disabled'
  return expiresAt !== null && expiresAt <= now ? 'expired' : undefined
}
