/** Marks the block up to which a prompt is to be cached, for dialects whose blocks carry marks. */

import type { JsonDocument, JsonNode } from '../document/document.ts'
import { stringOf } from '../document/readings.ts'
import type { CacheWish } from './prompt-caching.ts'

export interface BlockMark {
  /** The member that is the mark, and its value as JSON. */
  readonly member: string
  readonly json: string
  /** The types of the blocks that may carry it. */
  readonly types: ReadonlySet<string>
  /** The type of the block that a bare string becomes. */
  readonly textType: string
}

const instructing = new Set(['system', 'developer'])

/**
 * Marks the last block of the leading instructions, if they are long enough, else the last of all but the last message. What the model wrote carries
 * no marks.
 * @param messages of any kind; those with a `role` and a `content` that is a string or a list of blocks can be marked
 */
export function markPrefix(body: JsonDocument, messages: readonly JsonNode[], { isHeadLong }: CacheWish, mark: BlockMark): void {
  const stable = messages.slice(0, -1)
  const speech = stable.findIndex(message => !instructs(message))
  const isMarked = isHeadLong && markLastBlock(body, speech < 0 ? stable : stable.slice(0, speech), mark)
  if (!isMarked)
    markLastBlock(
      body,
      stable.filter(message => instructs(message) || stringOf(message.get('role')) === 'user'),
      mark,
    )
}

function instructs(message: JsonNode): boolean {
  return instructing.has(stringOf(message.get('role')) ?? '')
}

/** @returns whether there was a block that can be marked */
function markLastBlock(body: JsonDocument, messages: readonly JsonNode[], mark: BlockMark): boolean {
  return messages.toReversed().some(message => markContent(body, message.get('content'), mark))
}

/** A bare string becomes one block. */
function markContent(body: JsonDocument, content: JsonNode | undefined, { member, json, types, textType }: BlockMark): boolean {
  if (content?.kind === 'string') {
    if (stringOf(content) === '') return false
    body.replace(content, `[{"type":${JSON.stringify(textType)},"text":${content.json()},${JSON.stringify(member)}:${json}}]`)
    return true
  }
  const block = content?.items().findLast(item => types.has(stringOf(item.get('type')) ?? ''))
  if (block === undefined) return false
  body.set(block, member, json)
  return true
}
