/** Data URLs, and what the first bytes of base64 data say that it is. */

interface DataUrl {
  /** The media type in lower case; empty where it is left out. */
  readonly type: string
  readonly isBase64: boolean
  readonly data: string
}

/** Takes a data URL apart; `undefined` if it is none, or has no data. */
export function splitDataUrl(url: string): DataUrl | undefined {
  const comma = isDataUrl(url) ? url.indexOf(',') : -1
  if (comma < 0) return undefined
  const [type = '', ...parameters] = url
    .slice(5, comma)
    .split(';')
    .map(part => part.trim().toLowerCase())
  return { type, isBase64: parameters.includes('base64'), data: url.slice(comma + 1) }
}

export function isDataUrl(url: string): boolean {
  return url.slice(0, 5).toLowerCase() === 'data:'
}

/** What each kind of file begins with, in base64. */
const magic: readonly (readonly [string, string])[] = [
  ['iVBORw0KGg', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
  ['JVBERi', 'application/pdf'],
]

/** The media type that base64 data seems to be of. */
export function sniffMime(data: string): string | undefined {
  return magic.find(([start]) => data.startsWith(start))?.[1]
}
