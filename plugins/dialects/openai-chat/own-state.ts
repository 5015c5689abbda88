/** Takes other vendors' state out of a request that goes to a provider of this dialect as it is. */

import type { JsonDocument, JsonNode } from '../../../core/index.ts'

/** Of `extra_content`, on messages and on tool calls, a vendor gets its own member at most. */
export function keepOwnState(request: JsonDocument, vendor: string | undefined): void {
  for (const message of request.root.get('messages')?.items() ?? []) {
    keepOwn(request, message, vendor)
    for (const call of message.get('tool_calls')?.items() ?? []) keepOwn(request, call, vendor)
  }
}

function keepOwn(request: JsonDocument, holder: JsonNode, vendor: string | undefined): void {
  const content = holder.get('extra_content')
  if (content === undefined) return
  const members = content.members()
  const foreign = members.filter(({ name }) => name !== vendor)
  if (foreign.length === members.length) request.unset(holder, 'extra_content')
  else for (const { name } of foreign) request.unset(content, name)
}
