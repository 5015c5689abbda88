/** Marks behind which the prompt may be cached: at most four, the last ones. */

import type { JsonObject } from '../../../core/index.ts'
import type { Losses } from '../../../core/neutral/losses.ts'
import type { Destination } from '../../../core/neutral/translation.ts'
import type { Block, CacheMark, NeutralRequest } from '../../../core/neutral/request.ts'

const most = 4

export class CachePoints {
  /** The mark of the whole prompt, unless its last block has one. */
  readonly whole: CacheMark | undefined
  #skip: number

  constructor(request: NeutralRequest, { traits }: Destination, losses: Losses) {
    const blocks = request.turns.flatMap(({ blocks }) => blocks)
    const last = blocks.at(-1)
    this.whole = last !== undefined && markOf(last) !== undefined ? undefined : request.cache
    const marks = [...[...request.tools, ...request.system].map(({ cache }) => cache), ...blocks.map(markOf), this.whole]
    const count = marks.filter(mark => mark !== undefined).length
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

/** The mark behind a block. What a tool gave cannot be parted: a mark within it is one behind it. */
export function markOf(block: Block): CacheMark | undefined {
  const own = 'cache' in block ? block.cache : undefined
  return own ?? (block.type === 'tool_result' ? block.blocks.findLast(({ cache }) => cache !== undefined)?.cache : undefined)
}
