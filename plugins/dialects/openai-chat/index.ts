/** OpenAI's chat completions and embeddings: requests, replies, streams, errors. */

import { defineDialect, errorEnvelope, gatewayError, type AnswerFacts, type GatewayError, type JsonDocument, type JsonNode } from '../../../core/index.ts'
import { embeddingsConversation, replyConversation, requestConversation } from './conversation.ts'
import { conformEmbeddings } from './embeddings.ts'
import { keepOwnState } from './own-state.ts'
import { readReply } from './upstream-reply.ts'
import { writeRequest } from './upstream-request.ts'
import { ChunkReader } from './upstream-stream.ts'
import { writeReply } from './caller-reply.ts'
import { readRequest } from './caller-request.ts'
import { ChunkWriter } from './caller-stream.ts'
import { chatStream, vendorError } from './stream.ts'
import { readUsage } from './usage.ts'

export default defineDialect({
  name: 'openai-chat',
  operations: ['chat', 'embeddings'],
  validate({ root, bytes }, operation) {
    checkModel(root.get('model'))
    checkFlag(root.get('stream'))
    if (operation === 'chat') {
      checkMessages(root.get('messages'), bytes)
      checkStreamOptions(root.get('stream_options'))
    } else if (operation === 'embeddings') checkInput(root.get('input'), bytes)
  },
  conversation: (request, operation) => operation === 'embeddings' ? embeddingsConversation(request) : requestConversation(request),
  reply: reply => replyConversation(reply),
  streams: ({ root }) => root.get('stream')?.value() === true,
  asksForUsage: ({ root }) => root.get('stream_options')?.get('include_usage')?.value() === true,
  askForUsage,
  keepOwnState,
  fault,
  conform: (request, reply, operation) => { if (operation === 'embeddings') conformEmbeddings(request, reply) },
  usage: ({ root }) => readUsage(root.get('usage')?.value()),
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
  },
})

function checkModel(model: JsonNode | undefined): void {
  if (isAbsent(model)) throw missing('model', 'model is required')
  if (model?.kind !== 'string') throw gatewayError('invalid_type', 'model must be a string', { param: 'model' })
  if (model.string().trim() === '') throw missing('model', 'model is required')
}

function checkFlag(stream: JsonNode | undefined): void {
  if (isAbsent(stream) || stream?.kind === 'boolean') return
  throw gatewayError('invalid_type', 'stream must be a boolean', { param: 'stream' })
}

function checkMessages(messages: JsonNode | undefined, bytes: Buffer): void {
  if (isAbsent(messages)) throw missing('messages', 'messages is required')
  if (messages?.kind !== 'array') throw gatewayError('invalid_type', 'messages must be an array', { param: 'messages' })
  if (isEmpty(messages, bytes)) throw gatewayError('invalid_value', 'messages must not be empty', { param: 'messages' })
}

function checkStreamOptions(options: JsonNode | undefined): void {
  if (isAbsent(options) || options?.kind === 'object') return
  throw gatewayError('invalid_type', 'stream_options must be an object', { param: 'stream_options' })
}

function checkInput(input: JsonNode | undefined, bytes: Buffer): void {
  if (isAbsent(input)) throw missing('input', 'input is required')
  const isBlank = input?.kind === 'string' ? bytes[input.start + 1] === 0x22 : input?.kind === 'array' && isEmpty(input, bytes)
  if (isBlank) throw gatewayError('invalid_value', 'input must not be empty', { param: 'input' })
}

/** Whether an array holds nothing, told from its first bytes: it may be long, and nobody has asked for its items. */
function isEmpty({ start }: JsonNode, bytes: Buffer): boolean {
  let at = start + 1
  while ((bytes[at] ?? 0x5d) <= 0x20) at++
  return bytes[at] === 0x5d
}

function isAbsent(node: JsonNode | undefined): boolean {
  return node === undefined || node.kind === 'null'
}

function missing(param: string, message: string): GatewayError {
  return gatewayError('missing_required_parameter', message, { param })
}

/** One splice; other members of `stream_options` stay. */
function askForUsage(request: JsonDocument): void {
  const options = request.root.get('stream_options')
  if (options?.kind === 'object') request.set(options, 'include_usage', 'true')
  else request.set(request.root, 'stream_options', '{"include_usage":true}')
}

/** An error inside a reply of status 2xx, or a chat without choices (api 3.4). */
function fault({ root, bytes }: JsonDocument, operation: string, provider: string): GatewayError | undefined {
  if (root.kind !== 'object') return gatewayError('bad_upstream_response', `${provider}: provider returned empty response`, { provider })
  const choices = root.get('choices')
  const error = root.get('error')
  if (error !== undefined && error.kind !== 'null' && choices === undefined && root.get('data') === undefined) return vendorError(error, provider)
  if (operation !== 'chat') return undefined
  if (choices?.kind === 'array' && !isEmpty(choices, bytes)) return undefined
  return gatewayError('bad_upstream_response', `${provider}: provider returned no choices`, { provider })
}

function answer({ id, model, created, text }: AnswerFacts): Buffer {
  const message = { role: 'assistant', content: text }
  return Buffer.from(JSON.stringify({ id, object: 'chat.completion', created, model, choices: [{ index: 0, message, finish_reason: 'stop' }] }))
}
