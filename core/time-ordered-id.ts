/** Ids that grow with time: indexes take them at one end, where random ones would touch a page each. */

import { randomUUID } from 'node:crypto'

const mostOfOneMs = 0xfff

let lastMs: number | undefined
let ofThisMs = 0
let prefix = ''

/** A UUID of version 7 (RFC 9562, 6.2 method 1): the time, which of this process and millisecond it is, then 62 random bits. @param ms milliseconds since 1970 */
export function timeOrderedId(ms: number): string {
  if (ms === lastMs) ofThisMs = Math.min(ofThisMs + 1, mostOfOneMs)
  else begin(ms)
  return prefix + ofThisMs.toString(16).padStart(3, '0') + randomUUID().slice(18)
}

function begin(ms: number): void {
  const hex = Math.max(0, Math.trunc(ms)).toString(16).padStart(12, '0')
  prefix = `${hex.slice(0, 8)}-${hex.slice(8)}-7`
  lastMs = ms
  ofThisMs = 0
}
