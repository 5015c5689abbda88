/** The path below which everything is served. */

/** `/` for the root, else a leading slash, none at the end, none doubled; undefined for a path that cannot be one. */
export function normalizeBasePath(path: string): string | undefined {
  const segments = path.split('/').filter(segment => segment !== '')
  const isPlain = segments.every(segment => segment !== '.' && segment !== '..' && !/[?#%\s]/.test(segment))
  return isPlain ? `/${segments.join('/')}` : undefined
}
