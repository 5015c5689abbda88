/** What callers say with every call, or hardly miss, and many targets have no place for: on the losses, never refused. */

import type { Losses } from './losses.ts'
import { placeOfOutput } from './output.ts'
import type { Block, NeutralRequest, Turn } from './request.ts'

export type Unspoken = 'name' | 'cache_control' | 'detail' | 'is_error' | 'schema_name' | 'schema_description' | 'summary' | 'messages'

/** @param has what the target has a place for, or its own writer tells */
export function noteUnspoken(request: NeutralRequest, target: string, has: ReadonlySet<Unspoken>, losses: Losses): void {
  const { turns, output, reasoning } = request
  const note = (what: Unspoken, isSaid: () => boolean, field: string = what) => {
    if (!has.has(what) && isSaid()) losses.silent(field, `not taken by ${target}`)
  }
  note('name', () => turns.some(({ name }) => name !== undefined))
  note('cache_control', () => isMarked(request) || request.system.some(isMarked) || request.tools.some(isMarked) || someBlock(turns, isMarked))
  note('detail', () => someBlock(turns, block => block.type === 'image' && block.detail !== undefined))
  note('is_error', () => someBlock(turns, block => block.type === 'tool_result' && block.isError === true))
  note('messages', () => turns.some(isEmpty))
  note('summary', () => reasoning?.summary !== undefined, 'reasoning.summary')
  if (output?.kind !== 'json_schema') return
  note('schema_name', () => true, `${placeOfOutput(output)}.name`)
  note('schema_description', () => output.description !== undefined, `${placeOfOutput(output)}.description`)
}

function isMarked(part: object): boolean {
  return 'cache' in part && part.cache !== undefined
}

function isEmpty({ blocks }: Turn): boolean {
  return blocks.every(block => block.type === 'text' && block.text === '')
}

/** Also of what tools gave. */
function someBlock(turns: readonly Turn[], test: (block: Block) => boolean): boolean {
  return turns.some(({ blocks }) => blocks.some(block => test(block) || (block.type === 'tool_result' && block.blocks.some(test))))
}
