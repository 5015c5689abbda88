/** OpenAI's Responses: requests, replies, streams, errors, and their translation. */

import { said } from '../../../core/document/readings.ts'
import { defineDialect, gatewayError, type AnswerFacts, type GatewayError, type JsonDocument } from '../../../core/index.ts'
import { errorEnvelope } from '../../../core/errors.ts'
import { writeReply } from './caller-reply.ts'
import { readRequest } from './caller-request.ts'
import { ResponseWriter } from './caller-stream.ts'
import { replyConversation, requestConversation } from './conversation.ts'
import { vendorError } from './errors.ts'
import { keepOwnState } from './own-state.ts'
import { promptCaching } from './prompt-caching.ts'
import { renewed } from './renewed.ts'
import { textPart } from './spelling.ts'
import { responsesStream } from './stream.ts'
import { readReply } from './upstream-reply.ts'
import { writeRequest } from './upstream-request.ts'
import { ResponseReader } from './upstream-stream.ts'
import { readUsage, writeUsage } from './usage.ts'
import { validate } from './validate.ts'

/** The operations that nobody streams. */
const plain: ReadonlySet<string> = new Set(['responses_input_tokens', 'responses_compact'])

export default defineDialect({
  name: 'openai-responses',
  operations: ['responses', 'responses_input_tokens', 'responses_compact'],
  validate,
  conversation: requestConversation,
  reply: replyConversation,
  streams: ({ root }, operation) => !plain.has(operation) && root.get('stream')?.value() === true,
  // Usage comes unasked.
  asksForUsage: () => true,
  askForUsage() {},
  keepOwnState,
  fault,
  usage: ({ root }) => readUsage(root.get('usage')?.value()),
  answer,
  renewed: (body, { root }, operation) => (operation === 'responses' && root.get('store')?.value() !== false ? renewed(body) : body),
  error: errorEnvelope,
  stream: responsesStream,
  caller: {
    paths: { verbosity: 'text.verbosity', reasoning_effort: 'reasoning.effort', thinking: 'reasoning' },
    request: readRequest,
    reply: writeReply,
    stream: context => new ResponseWriter(context),
  },
  upstream: { operation: () => 'responses', request: writeRequest, reply: readReply, stream: from => new ResponseReader(from), promptCaching },
})

/** An error inside a reply of status 2xx, or no output. */
function fault({ root }: JsonDocument, operation: string, provider: string): GatewayError | undefined {
  if (root.kind !== 'object') return gatewayError('bad_upstream_response', `${provider}: provider returned empty response`, { provider })
  const error = said(root, 'error')
  if (error !== undefined) return vendorError(error, provider)
  if (operation === 'responses_input_tokens' || root.get('output')?.kind === 'array') return undefined
  return gatewayError('bad_upstream_response', `${provider}: provider returned no output`, { provider })
}

function answer({ operation, id, model, created, text, usage }: AnswerFacts): Buffer | undefined {
  if (operation !== 'responses') return undefined
  const own = id.replace(/^chatcmpl-/, '')
  const message = { id: `msg_${own}`, type: 'message', status: 'completed', role: 'assistant', content: [textPart(text)] }
  return Buffer.from(
    JSON.stringify({
      id: `resp_${own}`,
      object: 'response',
      created_at: created,
      status: 'completed',
      error: null,
      incomplete_details: null,
      instructions: null,
      metadata: {},
      model,
      output: [message],
      parallel_tool_calls: true,
      previous_response_id: null,
      temperature: null,
      tool_choice: 'auto',
      tools: [],
      top_p: null,
      usage: usage === undefined ? null : writeUsage(usage),
    }),
  )
}
