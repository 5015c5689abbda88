/** What stands at a path is shown below what stands above it. */

import type { ComponentChildren } from 'preact'

export function inTree(path: string, shown: ComponentChildren) {
  const depth = path.split('/').filter(segment => segment !== '').length
  return <span style={{ paddingLeft: `${Math.max(0, depth - 1)}rem` }}>{shown}</span>
}
