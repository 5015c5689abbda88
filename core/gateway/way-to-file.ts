/** The links by which a file is reached: another target of one of them is another file, though nobody wrote to either. */

import { readlinkSync } from 'node:fs'
import { dirname, isAbsolute, join, parse, sep } from 'node:path'

/** As many as Linux follows. */
const mostLinks = 40

/**
 * What has to be watched to know what a file says.
 * @param file an absolute path
 * @returns the links on the way, each by a path without links before it; then what is missing on the way, if it is not the file; last the file itself.
 *   Of a circle, its links.
 */
export function wayTo(file: string): readonly string[] {
  const way: string[] = []
  const ahead = segmentsOf(file)
  let at = parse(file).root
  while (ahead.length > 0 && way.length < mostLinks) {
    const next = join(at, ahead.shift() ?? '')
    const { target, isMissing } = lookAt(next)
    if (isMissing === true) return [...way, next, join(next, ...ahead)].filter(isFirst)
    if (target === undefined) {
      at = next
      continue
    }
    way.push(next)
    ahead.unshift(...segmentsOf(target))
    at = isAbsolute(target) ? parse(target).root : dirname(next)
  }
  return [...way, at].filter(isFirst)
}

/** `..` stays: behind a link it leads out of where that leads to. */
function segmentsOf(path: string): string[] {
  return path
    .slice(parse(path).root.length)
    .split(sep)
    .filter(segment => segment !== '' && segment !== '.')
}

/** Where a link leads, and whether there is anything. */
function lookAt(path: string): { readonly target?: string; readonly isMissing?: boolean } {
  try {
    return { target: readlinkSync(path) }
  } catch (cause) {
    return { isMissing: (cause as NodeJS.ErrnoException).code === 'ENOENT' }
  }
}

function isFirst(path: string, index: number, way: readonly string[]): boolean {
  return way.indexOf(path) === index
}
