/** Ids that grow with time: indexes take them at one end, where random ones would touch a page each. */

import { randomUUID } from 'node:crypto'

let lastMs: number | undefined
let prefix = ''

/** A UUID of version 7 (RFC 9562): the time, then 74 random bits. @param ms milliseconds since 1970 */
export function timeOrderedId(ms: number): string {
  if (ms !== lastMs) {
    const hex = Math.max(0, Math.trunc(ms)).toString(16).padStart(12, '0')
    prefix = `${hex.slice(0, 8)}-${hex.slice(8)}-7`
    lastMs = ms
  }
  return prefix + randomUUID().slice(15)
}
