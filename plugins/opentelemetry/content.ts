/** Prompts and answers as the semantic conventions write them: messages with a role and parts, as JSON. */

import type { Attributes } from '@opentelemetry/api'
import type { Conversation, Exchange, Message, Part } from '../../core/index.ts'

/** For operators who asked for it. */
export function contentAttributes(exchange: Exchange): Attributes {
  const { reply } = exchange
  const answer = reply?.target === undefined ? undefined : reply.conversation
  return {
    ...exchange.readable ? { 'gen_ai.input.messages': spelled(exchange.conversation) } : {},
    ...answer === undefined || answer.messages.length === 0 ? {} : { 'gen_ai.output.messages': spelled(answer) },
  }
}

function spelled({ messages }: Conversation): string {
  return JSON.stringify(messages.map(({ role, parts }: Message) => ({ role, parts: parts.flatMap(partOf) })))
}

/** The texts inside a tool's arguments stand in the call itself; pictures and sounds are named and left out. */
function partOf(part: Part): readonly object[] {
  if (part.type === 'tool_call') return [{ type: 'tool_call', ...callOf(part.value as Members) }]
  if (part.type !== 'text') return [{ type: part.type }]
  switch (part.channel) {
    case 'tool_arguments': return []
    case 'tool_result': return [{ type: 'tool_call_response', response: part.text }]
    case 'reasoning': return [{ type: 'reasoning', content: part.text }]
    default: return [{ type: 'text', content: part.text }]
  }
}

type Members = Readonly<Record<string, unknown>> & { readonly function?: Readonly<Record<string, unknown>> }

function callOf({ id, call_id: callId, function: called, ...own }: Members): object {
  const { name, arguments: written, input } = called ?? own
  return { id: callId ?? id, name, arguments: written ?? input }
}
