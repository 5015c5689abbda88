/** What several targets want of a conversation: that a user says something. */

import type { Block, Turn } from './request.ts'

/** What tools gave counts as well; an empty message does not. @param isNothing which texts the target does not take */
export function hasUserTurn(turns: readonly Turn[], isNothing: (text: string) => boolean = text => text === ''): boolean {
  const saysSomething = (block: Block) => block.type !== 'text' || !isNothing(block.text)
  return turns.some(({ role, blocks }) => role !== 'assistant' && blocks.some(saysSomething))
}
