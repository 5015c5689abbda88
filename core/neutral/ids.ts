/** Ids that Tapline makes, in the shapes that clients know. */

import { randomBytes } from 'node:crypto'

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Where ids come from; tests count. */
export interface Ids {
  /** `prefix` and so many letters and digits. */
  base62(prefix: string, length: number): string
  /** `prefix` and so many hexadecimal digits. */
  hex(prefix: string, length: number): string
}

export const randomIds: Ids = {
  base62(prefix, length) {
    let id = prefix
    for (const byte of bytes(length)) id += base62[byte % 62]
    return id
  },
  hex: (prefix, length) => prefix + bytes(Math.ceil(length / 2)).toString('hex').slice(0, length),
}

const drawnAtOnce = 4096
let drawn = Buffer.alloc(0)
let used = 0

/** Random bytes, each given out once; drawn many at a time, since a draw costs more than an id. */
function bytes(length: number): Buffer {
  if (used + length > drawn.length) {
    drawn = randomBytes(Math.max(drawnAtOnce, length))
    used = 0
  }
  used += length
  return drawn.subarray(used - length, used)
}
