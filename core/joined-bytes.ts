/** One buffer of several. */

/** One alone is given as it is, not copied. */
export function joinedBytes(pieces: readonly Buffer[]): Buffer {
  const [only] = pieces
  return only !== undefined && pieces.length === 1 ? only : Buffer.concat(pieces)
}
