/** The headers of a caller that go on to a provider: all but those that `header-names.ts` keeps here, and what concerns the gateway alone. */

import type { GivenHeaders, HeaderNames } from '../../flat-headers.ts'
import { namedByConnection, staysHere } from './header-names.ts'

/** A request whose headers may go along, and the lower-case names that plugins keep in the gateway. */
export interface CallerHeaders {
  readonly request: GivenHeaders
  readonly ownHeaders: HeaderNames
}

/** Flat headers as they go on; repeated ones stay so. @param isWanted asked of lower-case names that may go */
export function forwardedHeaders({ request: { headers, rawHeaders }, ownHeaders }: CallerHeaders, isWanted: (name: string) => boolean = () => true): string[] {
  const listed = namedByConnection(headers)
  const flat: string[] = []
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name, value] = [rawHeaders[i] as string, rawHeaders[i + 1] as string]
    const lower = name.toLowerCase()
    if (!staysHere(lower) && !ownHeaders.has(lower) && !listed.has(lower) && isWanted(lower)) flat.push(name, value)
  }
  return flat
}
