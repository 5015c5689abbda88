/** The values that a request has of one header. */

import { headersIn, type GivenHeaders } from '../flat-headers.ts'

/** One for each time that it was sent; of a header that a step put in the place of what was sent, such as the path of a key, what stands there now. @param name in whatever case */
export function headerValues({ headers, rawHeaders }: GivenHeaders, name: string): readonly string[] {
  const lower = name.toLowerCase()
  const standing = Object.hasOwn(headers, lower) ? headers[lower] : undefined
  if (standing === undefined) return []
  if (typeof standing !== 'string') return standing
  const sent = headersIn(rawHeaders, lower)
  return sent.length > 1 && sent.join(', ') === standing ? sent : [standing]
}
