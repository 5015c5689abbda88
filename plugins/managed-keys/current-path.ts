/** The path that calls with a key are made for: that of the user to whom it is bound, while there is such a user, else its own. */

import type { AuthKey } from '../../schemas/records/auth-key.schema.ts'

/** Where a user is now; undefined if there is no such user. */
export type PathOfUser = (userId: string) => string | undefined

/** @returns empty where each call names its own */
export function currentPath({ user_id: userId, user_path: path }: Pick<AuthKey, 'user_id' | 'user_path'>, pathOf: PathOfUser): string {
  return userId === '' ? path : (pathOf(userId) ?? path)
}
