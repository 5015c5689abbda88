/** Thinking in the history: it goes back only to whom it came from, and never as text. */

import type { JsonObject } from '../../../core/index.ts'
import type { Block, ReasoningBlock } from '../../../core/neutral/request.ts'
import type { Destination } from '../../../core/neutral/translation.ts'
import { isOwn, isSealed } from '../../../core/neutral/state.ts'

/** Whether a block is thinking that this model issued, and will believe. */
export function isOwnThought(block: Block, to: Destination): block is ReasoningBlock {
  if (block.type !== 'reasoning') return false
  const { state, redacted } = block
  if (redacted !== undefined) return !isSealed(redacted) && (state === undefined ? to.traits.vendor === 'anthropic' : isOwn(state, to, familyOf))
  return state !== undefined && state.value !== '' && !isSealed(state.value) && isOwn(state, to, familyOf)
}

export function writeThought(block: ReasoningBlock, to: Destination): readonly JsonObject[] {
  if (!isOwnThought(block, to)) return []
  if (block.redacted !== undefined) return [{ type: 'redacted_thinking', data: block.redacted }]
  return [{ type: 'thinking', thinking: block.text, signature: block.state?.value ?? '' }]
}

/** All of them read each other's state. */
function familyOf(model: string): string | undefined {
  return /claude/i.test(model) ? 'claude' : undefined
}
