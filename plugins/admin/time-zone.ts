/** The zone in which a caller counts their days. */

import type { Exchange } from '../../core/index.ts'

const known = new Set<string>(['UTC'])

/** UTC where none is named, or one that nobody knows. */
export function timeZoneOf({ request: { headers } }: Exchange): string {
  const named = headers['x-tapline-timezone'] ?? headers['x-gomodel-timezone']
  return typeof named === 'string' && isZone(named.trim()) ? named.trim() : 'UTC'
}

/** What is known is not asked for again; there are some six hundred. */
function isZone(name: string): boolean {
  if (known.has(name)) return true
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]{1,60}$/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
  } catch {
    return false
  }
  known.add(name)
  return true
}
