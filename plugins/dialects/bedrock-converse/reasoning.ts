/** Reasoning in the history: it goes back only to whom it came from, and never as text. */

import type { JsonObject } from '../../../core/index.ts'
import type { Destination } from '../../../core/neutral/translation.ts'
import type { ReasoningBlock, Block } from '../../../core/neutral/request.ts'
import { isOwn, isSealed } from '../../../core/neutral/state.ts'

/** Whether a block is reasoning that this model issued, and will believe. */
export function isOwnReasoning(block: Block, to: Destination): block is ReasoningBlock {
  if (block.type !== 'reasoning') return false
  if (block.redacted !== undefined) return block.state === undefined ? to.traits.vendor === 'anthropic' : isOwn(block.state, to)
  return block.state !== undefined && block.state.value !== '' && !isSealed(block.state.value) && isOwn(block.state, to)
}

export function writeReasoning(block: ReasoningBlock, to: Destination): readonly JsonObject[] {
  if (!isOwnReasoning(block, to)) return []
  if (block.redacted !== undefined) return [{ reasoningContent: { redactedContent: block.redacted } }]
  return [{ reasoningContent: { reasoningText: { text: block.text, signature: block.state?.value ?? '' } } }]
}
