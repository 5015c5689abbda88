/** A path as a provider may understand it, however it is spelled. */

/**
 * The segments of a path: decoded, without parameters (`;x=1`), and without the empty ones that doubled and trailing slashes make.
 * @param target path and query below the provider's base URL
 */
export function segmentsOf(target: string): readonly string[] {
  const path = target.split(/[?#]/, 1)[0] ?? ''
  return path
    .split('/')
    .map(segment => decodedOrNot(segment.split(';', 1)[0] ?? ''))
    .filter(segment => segment !== '')
}

/** The same for providers that take `%2F` for a slash. */
export function flatSegmentsOf(target: string): readonly string[] {
  return segmentsOf(target)
    .flatMap(segment => segment.split('/'))
    .filter(segment => segment !== '')
}

/**
 * What stands where an operation's path has `{model}`.
 * @param place of the operation, as its provider is defined
 * @returns empty for an operation whose path has none; undefined if the path that is called is another
 */
export function modelAt(place: string, called: string): string | undefined {
  const served = place.split('?', 1)[0] ?? ''
  const [before = '', behind] = served.split('{model}', 2)
  if (behind === undefined) return called === served ? '' : undefined
  if (!called.startsWith(before) || !called.endsWith(behind)) return undefined
  const model = called.slice(before.length, called.length - behind.length)
  return model.includes('/') ? undefined : model
}

function decodedOrNot(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
