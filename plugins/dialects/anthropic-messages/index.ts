/** Anthropic's messages: requests, replies, streams, errors. Facts: https://docs.anthropic.com/en/api/messages */

import { said } from '../../../core/document/readings.ts'
import { defineDialect, gatewayError, type AnswerFacts, type GatewayError, type JsonDocument } from '../../../core/index.ts'
import { writeReply } from './caller-reply.ts'
import { readRequest } from './caller-request.ts'
import { MessagesWriter } from './caller-stream.ts'
import { replyConversation, requestConversation } from './conversation.ts'
import { errorEnvelope, vendorError } from './errors.ts'
import { keepOwnState } from './own-state.ts'
import { promptCaching } from './prompt-caching.ts'
import { messagesStream } from './stream.ts'
import { readReply } from './upstream-reply.ts'
import { writeRequest } from './upstream-request.ts'
import { MessagesReader } from './upstream-stream.ts'
import { readUsage, writeUsage } from './usage.ts'
import { validate } from './validate.ts'

export default defineDialect({
  name: 'anthropic-messages',
  operations: ['messages', 'count_tokens'],
  // Newer versions refuse sampling fields even at their defaults: callers of other APIs send them.
  defaultHeaders: { 'anthropic-version': '2023-06-01' },
  callerHeaders: ['anthropic-version', 'anthropic-beta'],
  callerQuery: true,
  relaysHeaders: true,
  validate,
  conversation: request => requestConversation(request),
  reply: reply => replyConversation(reply),
  streams: ({ root }, operation) => operation !== 'count_tokens' && root.get('stream')?.value() === true,
  // Usage is always told.
  asksForUsage: () => true,
  askForUsage() {},
  keepOwnState,
  fault,
  usage: ({ root }) => readUsage(root.get('usage')?.value()),
  answer,
  error: (error, requestId) => Buffer.from(errorEnvelope(error, requestId)),
  stream: messagesStream,
  caller: {
    paths: { reasoning_effort: 'thinking', parallel_tool_calls: 'tool_choice.disable_parallel_tool_use', stop: 'stop_sequences' },
    request: readRequest,
    reply: writeReply,
    stream: context => new MessagesWriter(context),
    beginsWithUsage: true,
  },
  upstream: {
    operation: () => 'messages',
    request: writeRequest,
    reply: readReply,
    stream: from => new MessagesReader(from),
    promptCaching,
  },
})

/** An error inside a reply of status 2xx, or none of what was asked for. */
function fault({ root }: JsonDocument, operation: string, provider: string): GatewayError | undefined {
  if (root.kind !== 'object') return gatewayError('bad_upstream_response', `${provider}: provider returned empty response`, { provider })
  const error = said(root, 'error')
  const hasResult = root.get('content')?.kind === 'array' || root.get('input_tokens')?.kind === 'number'
  if (error !== undefined && !hasResult) return vendorError(error.value(), provider)
  if (hasResult || (operation !== 'messages' && operation !== 'count_tokens')) return undefined
  return gatewayError('bad_upstream_response', `${provider}: provider returned no ${operation === 'messages' ? 'content' : 'count'}`, { provider })
}

function answer({ operation, id, model, text, usage }: AnswerFacts): Buffer | undefined {
  if (operation !== 'messages') return undefined
  return Buffer.from(
    JSON.stringify({
      id: `msg_${id.replace(/^[a-z]+[-_]/, '')}`,
      type: 'message',
      role: 'assistant',
      model,
      content: [{ type: 'text', text }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: writeUsage(usage),
    }),
  )
}
