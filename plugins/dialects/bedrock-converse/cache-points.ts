/** Marks behind which the prompt may be cached: at most four, the last ones. */

import type { JsonObject } from '../../../core/index.ts'
import type { Losses } from '../../../core/neutral/losses.ts'
import type { Destination } from '../../../core/neutral/translation.ts'
import type { CacheMark, NeutralRequest } from '../../../core/neutral/request.ts'

const most = 4

export class CachePoints {
  /** The mark of the whole prompt, unless its last block has one. */
  readonly whole: CacheMark | undefined
  #skip: number

  constructor(request: NeutralRequest, { traits }: Destination, losses: Losses) {
    const blocks = request.turns.flatMap(({ blocks }) => blocks)
    const last = blocks.at(-1)
    this.whole = last !== undefined && isMarked(last) ? undefined : request.cache
    const marked = [...request.tools, ...request.system, ...blocks].filter(isMarked)
    const count = marked.length + (this.whole === undefined ? 0 : 1)
    this.#skip = traits.cacheMarks === false ? count : Math.max(0, count - most)
    if (count > most && traits.cacheMarks !== false) losses.drop('cache_control', `only the last ${most} marks are kept`)
  }

  /** The point that stands behind what is marked. To be asked in the order of tools, system, messages. */
  after(mark: CacheMark | undefined): readonly JsonObject[] {
    if (mark === undefined) return []
    if (this.#skip > 0) {
      this.#skip -= 1
      return []
    }
    return [{ cachePoint: { type: 'default', ...(mark.ttl === undefined ? {} : { ttl: mark.ttl }) } }]
  }
}

function isMarked(part: object): boolean {
  return 'cache' in part && part.cache !== undefined
}
