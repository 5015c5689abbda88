/** Which of the routes that share an id a call took. */

import type { IncomingRequest } from '../../core/pipeline/incoming-request.ts'

/**
 * Whether a path ends in this segment, as routes match it: in letters of any case, with a slash behind it or none. An id that is spelled so is no such segment.
 * @param segment in lower case
 */
export function endsIn({ path, params: { id } }: Pick<IncomingRequest, 'path' | 'params'>, segment: string): boolean {
  const segments = path.replace(/\/$/, '').toLowerCase().split('/')
  if (segments.pop() !== segment) return false
  return id?.toLowerCase() !== segment || segments.at(-1) === segment
}
