/** Random bytes, and random digits, drawn many at a time: a draw costs more than an id. */

import { randomBytes } from 'node:crypto'

const drawnAtOnce = 4096
let drawn = Buffer.alloc(0)
let used = 0
let digits = ''
let usedDigits = 0

/** So many, each given out once. */
export function freshBytes(length: number): Buffer {
  if (used + length > drawn.length) {
    drawn = randomBytes(Math.max(drawnAtOnce, length))
    used = 0
  }
  used += length
  return drawn.subarray(used - length, used)
}

/** So many hexadecimal digits. */
export function freshHex(length: number): string {
  if (usedDigits + length > digits.length) {
    digits = randomBytes(Math.max(drawnAtOnce, length)).toString('hex')
    usedDigits = 0
  }
  usedDigits += length
  return digits.slice(usedDigits - length, usedDigits)
}
