/** Ids that grow with time: indexes take them at one end, where random ones would touch a page each. */

import { freshHex } from './random-bytes.ts'

const mostOfOneMs = 0xfff
/** The digits that say it is such a UUID. */
const variants = '89ab'

let lastMs: number | undefined
let ofThisMs = 0
let prefix = ''

/** A UUID of version 7 (RFC 9562, 6.2 method 1): the time, which of this process and millisecond it is, then 62 random bits. @param ms milliseconds since 1970 */
export function timeOrderedId(ms: number): string {
  if (ms === lastMs) ofThisMs = Math.min(ofThisMs + 1, mostOfOneMs)
  else begin(ms)
  const random = freshHex(16)
  const variant = variants.charAt(Number.parseInt(random.charAt(0), 16) % variants.length)
  return `${prefix}${ofThisMs.toString(16).padStart(3, '0')}-${variant}${random.slice(1, 4)}-${random.slice(4)}`
}

function begin(ms: number): void {
  const hex = Math.max(0, Math.trunc(ms)).toString(16).padStart(12, '0')
  prefix = `${hex.slice(0, 8)}-${hex.slice(8)}-7`
  lastMs = ms
  ofThisMs = 0
}
