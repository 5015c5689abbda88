/** A path as a provider may understand it, however it is spelled. */

/**
 * The segments of a path: decoded, without parameters (`;x=1`), and without the empty ones that doubled and trailing slashes make.
 * @param target path and query below the provider's base URL
 */
export function segmentsOf(target: string): readonly string[] {
  const path = target.split(/[?#]/, 1)[0] ?? ''
  return path.split('/').map(segment => decodedOrNot(segment.split(';', 1)[0] ?? '')).filter(segment => segment !== '')
}

/** The same for providers that take `%2F` for a slash. */
export function flatSegmentsOf(target: string): readonly string[] {
  return segmentsOf(target).flatMap(segment => segment.split('/')).filter(segment => segment !== '')
}

function decodedOrNot(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
