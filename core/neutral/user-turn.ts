/** What several targets want of a conversation: that a user says something. */

import type { Block, Turn } from './request.ts'

/** What tools gave counts as well; an empty message does not. */
export function hasUserTurn(turns: readonly Turn[]): boolean {
  return turns.some(({ role, blocks }) => role !== 'assistant' && blocks.some(saysSomething))
}

function saysSomething(block: Block): boolean {
  return block.type !== 'text' || block.text !== ''
}
