/** Prompts and answers as the semantic conventions write them: messages with a role and parts, as JSON. */

import type { Attributes } from '@opentelemetry/api'
import type { Conversation, Exchange, Message, Part } from '../../core/index.ts'

/** Of a prompt, and of an answer. Thousands of spans wait in memory while the collector is away. */
const mostCharacters = 32 * 1024

/** For operators who asked for it. */
export function contentAttributes(exchange: Exchange): Attributes {
  const { reply } = exchange
  const answer = reply?.target === undefined ? undefined : reply.conversation
  return {
    ...(exchange.readable ? messagesAs('gen_ai.input.messages', exchange.conversation) : {}),
    ...(answer === undefined ? {} : messagesAs('gen_ai.output.messages', answer)),
  }
}

/** The last messages that fit. */
function messagesAs(name: string, { messages }: Conversation): Attributes {
  const spelled: string[] = []
  let left = mostCharacters
  for (const message of messages.toReversed()) {
    const json = spell(message)
    left -= json.length + 1
    if (left < 0) break
    spelled.unshift(json)
  }
  return spelled.length === 0 ? {} : { [name]: `[${spelled.join(',')}]` }
}

function spell({ role, parts }: Message): string {
  return JSON.stringify({ role, parts: parts.flatMap(partOf) })
}

/** The texts inside a tool's arguments stand in the call itself; pictures and sounds are named and left out. */
function partOf(part: Part): readonly object[] {
  if (part.type === 'tool_call') return [{ type: 'tool_call', ...callOf(part.value as Members) }]
  if (part.type !== 'text') return [{ type: part.type }]
  switch (part.channel) {
    case 'tool_arguments':
      return []
    case 'tool_result':
      return [{ type: 'tool_call_response', response: part.text }]
    case 'reasoning':
      return [{ type: 'reasoning', content: part.text }]
    default:
      return [{ type: 'text', content: part.text }]
  }
}

type Members = Readonly<Record<string, unknown>> & { readonly function?: Readonly<Record<string, unknown>> }

function callOf({ id, call_id: callId, function: called, ...own }: Members): object {
  const { name, arguments: written, input } = called ?? own
  return { id: callId ?? id, name, arguments: written ?? input }
}
