/** User paths such as `/acme/team-a`: who a call is made for, and what an operator may see. */

/** `//team // a/` becomes `/team/a`; empty stays empty. Undefined for a path that is refused. */
export function normalise(given: string | string[] | undefined): string | undefined {
  const text = String(given ?? '').trim()
  if (text === '') return ''
  const segments = text
    .split('/')
    .map(segment => segment.trim())
    .filter(segment => segment !== '')
  return segments.some(segment => segment === '.' || segment === '..' || segment.includes(':')) ? undefined : `/${segments.join('/')}`
}

/** Whether a path is `root` or below it, by whole segments; everything is below `/`, nothing without a path is below another. */
export function isWithin(path: string, root: string): boolean {
  return root === '/' || root === '' || path === root || path.startsWith(`${root}/`)
}

/** A path and all above it, the deepest first; the last is `/`. The empty path counts as `/`. */
export function ancestors(path: string): readonly string[] {
  const found: string[] = []
  for (let at = path; at.length > 1; at = at.slice(0, at.lastIndexOf('/'))) found.push(at)
  return [...found, '/']
}
