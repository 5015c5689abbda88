/** How often something was tried that goes on later: each wait is twice as long as the one before. */

/** In milliseconds since 1970. */
export interface Tries {
  readonly since: number
  readonly tries: number
  /** Nobody tries again before. */
  readonly until: number
}

export interface Waits {
  readonly firstMs: number
  readonly longestMs: number
}

/** After one more try. @param before absent after the first @param now milliseconds since 1970 */
export function triedAgain(before: Tries | undefined, now: number, { firstMs, longestMs }: Waits): Tries {
  const { since, tries } = before ?? { since: now, tries: 0 }
  return { since, tries: tries + 1, until: now + Math.min(longestMs, firstMs * 2 ** tries) }
}
