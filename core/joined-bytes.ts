/** One buffer of several. */

const nothing = Buffer.alloc(0)

/** One alone is given as it is, not copied. */
export function joinedBytes(pieces: readonly Buffer[]): Buffer {
  if (pieces.length > 1) return Buffer.concat(pieces)
  return pieces[0] ?? nothing
}
