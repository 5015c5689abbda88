/** OpenAI's chat completions and embeddings: requests, replies, streams, errors. */

import { isEmptyArray, said } from '../../../core/document/readings.ts'
import { defineDialect, gatewayError, type AnswerFacts, type GatewayError, type JsonDocument, type JsonNode, type Usage } from '../../../core/index.ts'
import { errorEnvelope } from '../../../core/errors.ts'
import { checkKind, checkMessages, checkModel } from '../../../core/neutral/checks.ts'
import { missing } from '../../../core/neutral/members.ts'
import { embeddingsConversation, replyConversation, requestConversation } from './conversation.ts'
import { conformEmbeddings } from './embeddings.ts'
import { keepOwnState } from './own-state.ts'
import { promptCaching } from './prompt-caching.ts'
import { readReply } from './upstream-reply.ts'
import { writeRequest } from './upstream-request.ts'
import { ChunkReader } from './upstream-stream.ts'
import { writeReply } from './caller-reply.ts'
import { readRequest } from './caller-request.ts'
import { ChunkWriter } from './caller-stream.ts'
import { spellUsage } from './reply-spelling.ts'
import { vendorError } from '../../../core/neutral/vendor-error.ts'
import { chatStream } from './stream.ts'
import { readUsage, usageAt } from './usage.ts'

export default defineDialect({
  name: 'openai-chat',
  operations: ['chat', 'embeddings'],
  validate({ root, bytes }, operation) {
    checkModel(root)
    checkKind(root, 'stream', ['boolean'], 'a boolean')
    if (operation === 'chat') {
      checkMessages(root, bytes)
      checkKind(root, 'stream_options', ['object'], 'an object')
    } else if (operation === 'embeddings') checkInput(root, bytes)
  },
  conversation: (request, operation) => (operation === 'embeddings' ? embeddingsConversation(request) : requestConversation(request)),
  reply: reply => replyConversation(reply),
  streams: ({ root }, operation) => operation !== 'embeddings' && root.get('stream')?.value() === true,
  asksForUsage: ({ root }) => root.get('stream_options')?.get('include_usage')?.value() === true,
  askForUsage,
  streamOnly: 'stream_options',
  keepOwnState,
  fault,
  conform: (request, reply, operation) => {
    if (operation === 'embeddings') conformEmbeddings(request, reply)
  },
  usage,
  answer,
  error: errorEnvelope,
  stream: chatStream,
  caller: {
    request: readRequest,
    reply: writeReply,
    stream: context => new ChunkWriter(context),
  },
  upstream: {
    operation: () => 'chat',
    request: writeRequest,
    reply: readReply,
    stream: from => new ChunkReader(from),
    promptCaching,
  },
})

function checkInput(root: JsonNode, bytes: Buffer): void {
  const input = said(root, 'input')
  if (input === undefined) throw missing('input')
  checkKind(root, 'input', ['string', 'array'], 'a string or an array')
  checkKind(root, 'encoding_format', ['string'], 'a string')
  checkKind(root, 'dimensions', ['number'], 'a number')
  const isBlank = input.kind === 'string' ? bytes[input.start + 1] === 0x22 : input.kind === 'array' && isEmptyArray(input, bytes)
  if (isBlank) throw gatewayError('invalid_value', 'input must not be empty', { param: 'input' })
}

function usage({ root }: JsonDocument): Usage | undefined {
  const said = root.get('usage')
  const cost = root.get('cost')
  const isRead = said === undefined || said.edited || cost !== undefined
  return (isRead ? undefined : usageAt(said.source, said.start)) ?? readUsage(said?.value(), cost?.value())
}

/** One splice; other members of `stream_options` stay. */
function askForUsage(request: JsonDocument): void {
  const options = request.root.get('stream_options')
  if (options?.kind === 'object') request.set(options, 'include_usage', 'true')
  else request.set(request.root, 'stream_options', '{"include_usage":true}')
}

/** Where each operation has its result. */
const results: Readonly<Record<string, string>> = { chat: 'choices', embeddings: 'data' }

/** An error inside a reply of status 2xx, or one without a result. */
function fault({ root, bytes }: JsonDocument, operation: string, provider: string): GatewayError | undefined {
  if (root.kind !== 'object') return gatewayError('bad_upstream_response', `${provider}: provider returned empty response`, { provider })
  const name = results[operation]
  const result = name === undefined ? undefined : root.get(name)
  if (result?.kind === 'array' && !isEmptyArray(result, bytes)) return undefined
  const error = said(root, 'error')
  if (error !== undefined) return vendorError(error, provider)
  return name === undefined ? undefined : gatewayError('bad_upstream_response', `${provider}: provider returned no ${name}`, { provider })
}

function answer({ operation, id, model, created, text, usage }: AnswerFacts): Buffer | undefined {
  if (operation !== 'chat') return undefined
  const message = { role: 'assistant', content: text }
  return Buffer.from(
    JSON.stringify({
      id,
      object: 'chat.completion',
      created,
      model,
      choices: [{ index: 0, message, finish_reason: 'stop' }],
      ...(usage === undefined ? {} : { usage: spellUsage(usage) }),
    }),
  )
}
