/** Exponential backoff that is kept in a record, so that a restart does not begin it anew. */

/** In milliseconds since 1970. */
export interface Backoff {
  /** The first try. */
  readonly since: number
  readonly tries: number
  /** Nobody tries again before. */
  readonly until: number
}

export interface BackoffWaits {
  readonly firstMs: number
  readonly longestMs: number
}

/** After one more try: each wait is twice as long as the one before. @param before absent at the first @param now milliseconds since 1970 */
export function backedOff(before: Backoff | undefined, now: number, { firstMs, longestMs }: BackoffWaits): Backoff {
  const { since, tries } = before ?? { since: now, tries: 0 }
  return { since, tries: tries + 1, until: now + Math.min(longestMs, firstMs * 2 ** tries) }
}
