/** Takes other vendors' state out of a request that goes to a provider of this dialect as it is. */

import type { JsonDocument, JsonNode } from '../../../core/document/document.ts'
import { stringOf } from '../../../core/document/readings.ts'
import { isSealed } from '../../../core/neutral/state.ts'

/** Thoughts that another vendor signed go as a whole: without their state nobody takes them. */
export function keepOwnState(request: JsonDocument, vendor: string | undefined): void {
  const input = request.root.get('input')
  const items = input?.items() ?? []
  const foreign = items.filter(item => isForeignThought(item, vendor))
  for (const item of items) if (!foreign.includes(item)) keepOwnContent(request, item, vendor)
  if (input !== undefined && foreign.length > 0) request.remove(input, ...foreign)
}

function isForeignThought(item: JsonNode, vendor: string | undefined): boolean {
  if (stringOf(item.get('type')) !== 'reasoning') return false
  const encrypted = stringOf(item.get('encrypted_content'))
  if (encrypted !== undefined && encrypted !== '') return isSealed(encrypted)
  const content = item.get('extra_content')
  return content !== undefined && !content.members().some(({ name }) => name === vendor)
}

/** OpenAI's own state has a member of its own here. */
function keepOwnContent(request: JsonDocument, item: JsonNode, vendor: string | undefined): void {
  const content = item.get('extra_content')
  if (content === undefined) return
  const foreign = content.members().filter(({ name }) => name !== vendor || name === 'openai')
  if (foreign.length === content.members().length) request.unset(item, 'extra_content')
  else for (const { name } of foreign) request.unset(content, name)
}
