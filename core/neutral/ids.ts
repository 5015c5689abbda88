/** Ids that Tapline makes, in the shapes that clients know. */

import { freshBytes, freshHex } from '../random-bytes.ts'

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
    for (const byte of freshBytes(length)) id += base62[byte % 62]
    return id
  },
  hex: (prefix, length) => prefix + freshHex(length),
}
