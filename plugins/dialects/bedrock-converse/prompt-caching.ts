/** The points up to which Bedrock caches a prompt: behind the instructions, and behind what was said before. Source: https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html */

import type { JsonDocument, JsonNode } from '../../../core/index.ts'
import type { CacheWish, PromptCaching } from '../../../core/neutral/prompt-caching.ts'
import type { Destination } from '../../../core/neutral/translation.ts'

const point = '{"cachePoint":{"type":"default"}}'

export const promptCaching: PromptCaching = {
  directives: ['cachePoint'],
  ask,
}

function ask(body: JsonDocument, { isHeadLong }: CacheWish, { traits }: Destination): void {
  if (traits.cacheMarks === false) return
  if (isHeadLong) setPoint(body, body.root.get('system'))
  setPoint(body, body.root.get('messages')?.items().at(-2)?.get('content'))
}

/** Not behind thoughts: a point stands behind what is said. */
function setPoint(body: JsonDocument, blocks: JsonNode | undefined): void {
  const items = blocks?.items() ?? []
  if (blocks === undefined || items.length === 0 || items.at(-1)?.get('reasoningContent') !== undefined) return
  body.insert(blocks, items.length, point)
}
