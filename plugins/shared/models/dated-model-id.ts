/** Model ids without the date that many end with. */

/** @example undated('gpt-4o-2024-08-06') // 'gpt-4o' */
export function undated(id: string): string {
  return id.replace(/-(?:\d{4}-?\d{2}-?\d{2}|\d{2}-\d{4}|\d{4}|latest)$/, '')
}
