/** JSON that people type, or that may not be whole. */

/** @returns undefined where it is none */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** @returns undefined where it is no object */
export function objectIn(text: string): object | undefined {
  const value = parsed(text)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
}
