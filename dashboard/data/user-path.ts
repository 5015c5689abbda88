/** User paths: a path holds for itself and for all that is below it. */

/** @param root may have slashes at its end */
export function isWithin(path: string, root: string): boolean {
  const base = root.replace(/\/+$/, '')
  return path === base || path.startsWith(`${base}/`)
}
