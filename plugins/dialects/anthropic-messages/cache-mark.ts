/** Writes the marks behind which a prompt may be cached. */

import type { CacheMark, JsonObject } from '../../../core/index.ts'

export function writeCache({ ttl }: CacheMark): JsonObject {
  return { type: 'ephemeral', ...(ttl === undefined ? {} : { ttl }) }
}
