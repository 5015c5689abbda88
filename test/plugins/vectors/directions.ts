/** Vectors whose angles tests know, and ids. */

import { hash } from 'node:crypto'

export const dimension = 8

/** Degrees away from the first axis, in the plane of that and another one. */
export function towards(degrees: number, { axis = 1, length = 1, dimensions = dimension } = {}): Float32Array {
  const angle = (degrees * Math.PI) / 180
  const vector = new Float32Array(dimensions)
  vector[0] = Math.cos(angle) * length
  vector[axis] = Math.sin(angle) * length
  return vector
}

/** As caches make them: 64 hexadecimal digits. */
export function idOf(text: string): string {
  return hash('sha256', text)
}
