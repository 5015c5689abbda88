/** Writes the marks behind which a prompt may be cached. */

import type { JsonObject } from '../../../core/index.ts'
import type { CacheMark } from '../../../core/neutral/request.ts'

export function writeCache({ ttl }: CacheMark): JsonObject {
  return { type: 'ephemeral', ...(ttl === undefined ? {} : { ttl }) }
}
