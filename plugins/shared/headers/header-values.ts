/** The values that a request has of one header. */

import { isUtf8 } from 'node:buffer'
import { headersIn, type GivenHeaders } from '../../../core/flat-headers.ts'

/** One for each time that it was sent; of a header that a step put in the place of what was sent, such as the path of a key, what stands there now. @param name in whatever case */
export function headerValues({ headers, rawHeaders }: GivenHeaders, name: string): readonly string[] {
  const lower = name.toLowerCase()
  const standing = Object.hasOwn(headers, lower) ? headers[lower] : undefined
  if (standing === undefined) return []
  if (typeof standing !== 'string') return standing
  const sent = headersIn(rawHeaders, lower)
  return sent.length > 1 && sent.join(', ') === standing ? sent : [standing]
}

/** What a value says. Headers come as bytes, a character for each; where those are UTF-8, that is what was meant. */
export function headerText(value: string): string {
  if (!/^[\0-\xff]*[\x80-\xff][\0-\xff]*$/.test(value)) return value
  const bytes = Buffer.from(value, 'latin1')
  return isUtf8(bytes) ? bytes.toString() : value
}
