/** The conversation as chat completions spell it: requests, replies and embeddings inputs. */

import type { Channel, Conversation, NewMessage, OpaquePart, Part, Role } from '../../../core/document/conversation.ts'
import type { JsonDocument, JsonNode } from '../../../core/document/document.ts'
import { carriedPart, carriedThoughts, listedThoughts } from '../../../core/document/carried.ts'
import { fileTextParts } from '../../../core/document/file-text.ts'
import { argumentParts, encodedArgumentParts, opaquePart, textPart, watchedPart } from '../../../core/document/parts.ts'
import { ConversationView, type Spelling } from '../../../core/document/view.ts'
import { quotedTexts, spokenTexts } from './side-texts.ts'

/** The `messages` of a chat completion request. */
export function requestConversation(document: JsonDocument): Conversation {
  return new ConversationView(document, request)
}

/** The message of each choice of a chat completion. */
export function replyConversation(document: JsonDocument): Conversation {
  return new ConversationView(document, reply)
}

/** The `input` of an embeddings request: each text is a user message, tokens are opaque. */
export function embeddingsConversation(document: JsonDocument): Conversation {
  return new ConversationView(document, embeddings)
}

const request: Spelling = {
  messages: document => [...(document.root.get('messages')?.items() ?? []), ...predictionOf(document)],
  role: (message, document) => (isPrediction(message, document) ? 'assistant' : roleOf(message, 'user')),
  parts: (message, document) => messageParts(document, message, roleOf(message, 'user')),
  calls: callIds,
  results: resultIds,
  tools: document => (document.root.get('tools') ?? document.root.get('functions'))?.items() ?? [],
  insert: insertMessage,
  remove: removeMessages,
}

const reply: Spelling = {
  messages: document =>
    document.root
      .get('choices')
      ?.items()
      .flatMap(choice => choice.get('message') ?? []) ?? [],
  role: message => roleOf(message, 'assistant'),
  parts: spokenParts,
  calls: callIds,
  results: resultIds,
  tools: () => [],
}

const embeddings: Spelling = {
  messages: document => inputs(document.root.get('input')),
  role: () => 'user',
  parts: (input, document) => [stringOrOpaque(document, input, 'text')],
  calls: () => [],
  results: () => [],
  tools: () => [],
}

/** What the caller expects the model to say stands behind the messages. */
function predictionOf({ root }: JsonDocument): readonly JsonNode[] {
  const prediction = root.get('prediction')
  return prediction?.kind === 'object' ? [prediction] : []
}

function isPrediction(node: JsonNode, { root }: JsonDocument): boolean {
  return node === root.get('prediction')
}

/** A role nobody knows is read as `otherwise`, so that policy still sees its texts. */
function roleOf(message: JsonNode, otherwise: Role): Role {
  const role = stringAt(message, 'role')
  switch (role) {
    case 'system':
    case 'developer':
    case 'user':
    case 'assistant':
    case 'tool':
      return role
    case 'function':
      return 'tool'
    default:
      return otherwise
  }
}

function messageParts(document: JsonDocument, message: JsonNode, role: Role): readonly Part[] {
  if (message.kind !== 'object') return [stringOrOpaque(document, message, 'text')]
  const only = onlyText(message)
  if (only !== undefined) return [textPart(document, only, role === 'tool' ? 'tool_result' : 'text')]
  return [
    ...texts(document, message, reasoningNames, 'reasoning'),
    ...[...carriedThoughts(message), ...listedThoughts(message)].map(thought => carriedPart(document, thought)),
    ...contentParts(document, message.get('content'), role === 'tool' ? 'tool_result' : 'text'),
    ...texts(document, message, ['refusal'], 'refusal'),
    ...spokenTexts(message).map(node => textPart(document, node, 'text')),
    ...quotedTexts(message).map(node => textPart(document, node, 'tool_result')),
    ...callsOf(message).flatMap(call => callParts(document, call, call.get('function'))),
    ...legacyCallsOf(message).flatMap(call => callParts(document, call, call)),
  ]
}

/** Most messages are a role and a text, and need not be searched for anything else. */
function onlyText(message: JsonNode): JsonNode | undefined {
  if (message.children.length !== 2 || message.get('role') === undefined) return undefined
  const content = message.get('content')
  return content?.kind === 'string' ? content : undefined
}

/** The parts of an answer. Where its text changes, log probabilities go: they spell it out token by token. */
function spokenParts(message: JsonNode, document: JsonDocument): readonly Part[] {
  const parts = messageParts(document, message, 'assistant')
  const logprobs = document.root
    .get('choices')
    ?.items()
    .find(choice => choice.get('message') === message)
    ?.get('logprobs')
  if (logprobs?.kind !== 'object') return parts
  return parts.map(part =>
    part.type === 'text'
      ? watchedPart(part, () => {
          if (logprobs.kind === 'object') document.replace(logprobs, 'null')
        })
      : part,
  )
}

/** All are in use, and some providers send several. */
const reasoningNames = ['reasoning_content', 'reasoning', 'reasoning_text']

function texts(document: JsonDocument, message: JsonNode, names: readonly string[], channel: Channel): readonly Part[] {
  return names
    .map(name => message.get(name))
    .filter(isString)
    .map(node => textPart(document, node, channel))
}

function contentParts(document: JsonDocument, content: JsonNode | undefined, channel: Channel): readonly Part[] {
  if (content === undefined || content.kind === 'null') return []
  if (content.kind !== 'array') return contentPart(document, content, channel)
  return content.items().flatMap(part => contentPart(document, part, channel))
}

const mediaTypes: ReadonlyMap<string, OpaquePart['type']> = new Map([
  ['image_url', 'image'],
  ['input_audio', 'audio'],
  ['file', 'file'],
])

/** A text is whatever has one, of whichever type; some providers put reasoning among the content. */
function contentPart(document: JsonDocument, part: JsonNode, channel: Channel): readonly Part[] {
  if (part.kind !== 'object') return [stringOrOpaque(document, part, channel)]
  const type = stringAt(part, 'type') ?? ''
  const media = mediaTypes.get(type)
  const found = [
    ...(media === undefined ? [] : [opaquePart(part, media)]),
    ...(media === 'file' ? fileParts(document, part, channel) : []),
    ...texts(document, part, ['text'], channel),
    ...texts(document, part, ['refusal'], 'refusal'),
    ...(type === 'thinking' ? contentParts(document, part.get('thinking'), 'reasoning') : []),
  ]
  return found.length > 0 ? found : [opaquePart(part)]
}

/** Its name, and what it says if it is a text. */
function fileParts(document: JsonDocument, part: JsonNode, channel: Channel): readonly Part[] {
  const file = part.get('file')
  if (file?.kind !== 'object') return []
  return [...texts(document, file, ['filename'], channel), ...['file_data', 'file_url'].flatMap(name => fileTextParts(document, file.get(name), channel))]
}

function callParts(document: JsonDocument, call: JsonNode, target: JsonNode | undefined): readonly Part[] {
  const value = target?.get('arguments')
  const texts = value === undefined ? [] : isString(value) ? encodedArgumentParts(document, value) : argumentParts(document, value)
  const custom = call.get('custom')
  return [opaquePart(call, 'tool_call'), ...texts, ...(custom === undefined ? [] : inputParts(document, custom.get('input')))]
}

/** Of a custom tool, which takes a text of any form. */
function inputParts(document: JsonDocument, input: JsonNode | undefined): readonly Part[] {
  if (input === undefined) return []
  return isString(input) ? [textPart(document, input, 'tool_arguments')] : argumentParts(document, input)
}

function callsOf(message: JsonNode): readonly JsonNode[] {
  return message.get('tool_calls')?.items() ?? []
}

/** The one call of a message before there were tools. */
function legacyCallsOf(message: JsonNode): readonly JsonNode[] {
  const call = message.get('function_call')
  return call?.kind === 'object' ? [call] : []
}

/** Legacy calls have no id; their results name the function. */
function callIds(message: JsonNode): readonly string[] {
  const ids = callsOf(message).flatMap(call => stringAt(call, 'id') ?? [])
  const names = legacyCallsOf(message).flatMap(call => stringAt(call, 'name') ?? [])
  return [...ids, ...names]
}

function resultIds(message: JsonNode): readonly string[] {
  const role = stringAt(message, 'role')
  const id = role === 'tool' ? stringAt(message, 'tool_call_id') : role === 'function' ? stringAt(message, 'name') : undefined
  return id === undefined ? [] : [id]
}

function insertMessage(document: JsonDocument, index: number, { role, text }: NewMessage): void {
  if (role === 'tool') throw new Error('a tool message cannot be inserted: it belongs to a call')
  const messages = document.root.get('messages')
  const json = JSON.stringify({ role, content: text })
  const isBehindPrediction = predictionOf(document).length > 0 && index === (messages?.items().length ?? 0) + 1
  if (messages === undefined) document.set(document.root, 'messages', `[${json}]`)
  else document.insert(messages, isBehindPrediction ? index - 1 : index, json)
}

function removeMessages(document: JsonDocument, removed: readonly JsonNode[]): void {
  const { root } = document
  const messages = root.get('messages')
  const gone = removed.filter(node => !isPrediction(node, document))
  if (gone.length < removed.length) document.unset(root, 'prediction')
  if (messages !== undefined && gone.length > 0) document.remove(messages, ...gone)
}

/** One input may be a bare string, or the tokens of one. */
function inputs(input: JsonNode | undefined): readonly JsonNode[] {
  if (input === undefined) return []
  if (input.kind !== 'array') return [input]
  const items = input.items()
  return items.every(item => item.kind === 'number') ? [input] : items
}

function stringOrOpaque(document: JsonDocument, node: JsonNode, channel: Channel): Part {
  return isString(node) ? textPart(document, node, channel) : opaquePart(node)
}

function stringAt(node: JsonNode, name: string): string | undefined {
  const value = node.get(name)
  return isString(value) ? value.string() : undefined
}

function isString(node: JsonNode | undefined): node is JsonNode {
  return node?.kind === 'string'
}
