/** Moments as the admin API shows them. */

/** @param ms since 1970, as rows have it. @returns RFC 3339, or null where there is none */
export function shownTime(ms: number | null | undefined): string | null {
  return ms === null || ms === undefined ? null : new Date(ms).toISOString()
}
