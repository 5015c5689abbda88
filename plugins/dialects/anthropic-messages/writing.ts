/** What the writers of one request share. */

import { createHash } from 'node:crypto'
import type { JsonObject } from '../../../core/index.ts'
import type { Losses } from '../../../core/neutral/losses.ts'
import type { CacheMark } from '../../../core/neutral/request.ts'
import type { Destination } from '../../../core/neutral/translation.ts'
import { writeCache } from './cache-mark.ts'
import { ToolIds, ToolNames } from '../../../core/neutral/tool-names.ts'

export const dialect = 'anthropic-messages'

export interface Writing {
  readonly to: Destination
  readonly losses: Losses
  readonly names: ToolNames
  readonly ids: ToolIds
  readonly marks: CacheMarks
}

const legalId = /^[A-Za-z0-9_-]+$/

export function isLegalId(id: string): boolean {
  return legalId.test(id)
}

export function toolNames({ traits }: Destination, reserved: Iterable<string>): ToolNames {
  return new ToolNames({ pattern: /[A-Za-z0-9_-]/, maxLength: traits.toolNameLength ?? 128 }, reserved)
}

/** Ids within the alphabet; the same for the same id each time, so that prompts can be cached. */
export function toolIds(): ToolIds {
  return new ToolIds(isLegalId, id => `toolu_tl${createHash('sha256').update(id).digest('hex').slice(0, 22)}`)
}

const mostMarks = 4

interface Markable {
  readonly cache?: CacheMark
}

/** The marks of a request, of which only the last few may stand. To be asked in the order of tools, system and messages. */
export class CacheMarks {
  #skip: number

  constructor(marked: Iterable<object>, whole: CacheMark | undefined, losses: Losses) {
    let count = whole === undefined ? 0 : 1
    for (const part of marked) if ('cache' in part && part.cache !== undefined) count += 1
    this.#skip = Math.max(0, count - mostMarks)
    if (this.#skip > 0) losses.drop('cache_control', `only the last ${mostMarks} marks are kept`)
  }

  /** The member that marks a part. */
  of({ cache }: Markable): JsonObject {
    if (cache === undefined) return {}
    if (this.#skip === 0) return { cache_control: writeCache(cache) }
    this.#skip -= 1
    return {}
  }
}
