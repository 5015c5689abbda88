/** Ids of tool calls that tell the calls apart: some vendors number theirs anew in each turn, or twice in one. */

import type { Block, ToolCallBlock, ToolResultBlock, Turn } from './request.ts'

/** Renames the later ones of equal ids within one assistant's turn, in the calls and in the results that answer them, in their order. */
export function distinctCallIds(turns: readonly Turn[]): readonly Turn[] {
  if (!turns.some(repeats)) return turns
  let renamed = new Map<string, string[]>()
  return turns.map(turn => {
    if (turn.role === 'assistant') renamed = new Map()
    return { ...turn, blocks: turn.blocks.map(block => renameIn(block, renamed)) }
  })
}

function repeats({ blocks }: Turn): boolean {
  const ids = blocks.flatMap(block => (block.type === 'tool_call' ? [block.id] : []))
  return new Set(ids).size < ids.length
}

function renameIn(block: Block, renamed: Map<string, string[]>): Block {
  if (block.type === 'tool_call') return renamedCall(block, renamed)
  return block.type === 'tool_result' ? renamedResult(block, renamed) : block
}

function renamedCall(call: ToolCallBlock, renamed: Map<string, string[]>): ToolCallBlock {
  const before = renamed.get(call.id)
  const id = before === undefined ? call.id : `${call.id}_${before.length + 1}`
  renamed.set(call.id, [...(before ?? []), id])
  return id === call.id ? call : { ...call, id }
}

/** The first result of an id answers its first call. */
function renamedResult(result: ToolResultBlock, renamed: Map<string, string[]>): ToolResultBlock {
  const [id = result.callId, ...further] = renamed.get(result.callId) ?? []
  if (further.length > 0) renamed.set(result.callId, further)
  return id === result.callId ? result : { ...result, callId: id }
}
