/** The service `users`: who stands at which path. Answers at once, from memory. */

export interface Users {
  /** Where a user is now, for example `/eng/backend/alice`; undefined if there is no such user. */
  pathOf(userId: string): string | undefined
  /** The id of the user at a path, or at the deepest path above it that has one. */
  at(path: string): string | undefined
}
