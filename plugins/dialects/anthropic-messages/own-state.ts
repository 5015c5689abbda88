/** Takes other vendors' state out of a request that goes to a provider of this dialect as it is. */

import type { JsonDocument, JsonNode } from '../../../core/index.ts'
import { stringOf } from '../../../core/document/readings.ts'
import { isSealed } from '../../../core/neutral/state.ts'

/** Anthropic has no state but signatures. Thinking that is sealed goes as a whole, except to Anthropic itself, which has rules for thinking that nobody signed. */
export function keepOwnState(request: JsonDocument, vendor: string | undefined): void {
  const messages = request.root.get('messages')
  const emptied = messages?.items().filter(message => keepOwn(request, message, vendor)) ?? []
  if (messages !== undefined && emptied.length > 0) request.remove(messages, ...emptied)
}

/** @returns whether nothing is left of the message */
function keepOwn(request: JsonDocument, message: JsonNode, vendor: string | undefined): boolean {
  const content = message.get('content')
  if (content?.kind !== 'array') return false
  const blocks = content.items()
  for (const block of blocks) keepOwnContent(request, block, vendor)
  const sealed = vendor === 'anthropic' ? [] : blocks.filter(isSealedThought)
  if (sealed.length === 0) return false
  if (sealed.length === blocks.length) return true
  request.remove(content, ...sealed)
  return false
}

function keepOwnContent(request: JsonDocument, block: JsonNode, vendor: string | undefined): void {
  const content = block.get('extra_content')
  if (content === undefined) return
  const foreign = content.members().filter(({ name }) => name !== vendor || name === 'anthropic')
  if (foreign.length === content.members().length) request.unset(block, 'extra_content')
  else for (const { name } of foreign) request.unset(content, name)
}

function isSealedThought(block: JsonNode): boolean {
  return stringOf(block.get('type')) === 'thinking' && isSealed(stringOf(block.get('signature')) ?? '')
}
