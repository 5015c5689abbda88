/** The master key: compared with what callers send, and never shown. */

import { hash, timingSafeEqual } from 'node:crypto'
import type { Caller } from '../../core/index.ts'

/** What whoever has the master key is taken for. */
export function masterCaller(key: string): Caller {
  return { method: 'master_key', keyHash: hash('sha256', key).slice(0, 16), admin: { root: '/', isGlobal: true } }
}

/** Compares tokens with one secret, in a time that tells nothing of either. */
export function equals(secret: string): (token: string) => boolean {
  const width = Math.max(256, Buffer.byteLength(secret))
  const expected = Buffer.alloc(width)
  const length = expected.write(secret)
  const given = Buffer.alloc(width)
  let used = 0
  return token => {
    given.fill(0, 0, used)
    used = given.write(token)
    return timingSafeEqual(given, expected) && used === length && token.length <= width
  }
}
