/** The conversation as Responses spell it: instructions and input items of a request, output items of a reply. */

import type { Channel, Conversation, NewMessage, OpaquePart, Part, Role } from '../../../core/document/conversation.ts'
import type { JsonDocument, JsonNode } from '../../../core/document/document.ts'
import { carriedPart } from '../../../core/document/carried.ts'
import { fileTextParts } from '../../../core/document/file-text.ts'
import { encodedArgumentParts, opaquePart, textPart, watchedPart } from '../../../core/document/parts.ts'
import { ConversationView, type Spelling } from '../../../core/document/view.ts'
import { said, stringOf } from '../../../core/document/readings.ts'
import { itemPlaces, type TextPlace } from './places.ts'

/** Instructions, the variables of a prompt template, and each item of the input are messages. */
export function requestConversation(document: JsonDocument): Conversation {
  return new ConversationView(document, request)
}

/** Each item of the output is a message, and so is the text that some providers join them to. */
export function replyConversation(document: JsonDocument): Conversation {
  return new ConversationView(document, reply)
}

const request: Spelling = {
  messages: document => [...heads(document), ...inputs(document)],
  role: (node, document) => (node === instructions(document) ? 'system' : roleOf(node, 'user')),
  parts: (node, document) => partsOf(document, node, node === instructions(document) ? 'system' : roleOf(node, 'user')),
  calls: callIds,
  results: resultIds,
  tools: document => document.root.get('tools')?.items() ?? [],
  insert: insertMessage,
  remove: removeMessages,
}

const reply: Spelling = {
  messages: ({ root }) => [...(root.get('output')?.items() ?? []), ...textAt(root, 'output_text')],
  role: node => roleOf(node, 'assistant'),
  parts: (node, document) => partsOf(document, node, roleOf(node, 'assistant')),
  calls: callIds,
  results: resultIds,
  tools: () => [],
}

// What the messages are

/** What stands before the input. */
function heads(document: JsonDocument): readonly JsonNode[] {
  const said = instructions(document)
  const variables = document.root.get('prompt')?.get('variables')
  return [...(said === undefined ? [] : [said]), ...(variables?.kind === 'object' ? [variables] : [])]
}

function instructions({ root }: JsonDocument): JsonNode | undefined {
  const node = root.get('instructions')
  return node?.kind === 'string' ? node : undefined
}

/** The input may be a bare string. */
function inputs({ root }: JsonDocument): readonly JsonNode[] {
  const input = said(root, 'input')
  if (input === undefined) return []
  return input.kind === 'array' ? input.items() : [input]
}

/** An item without a type is a message; what the model did is the assistant's, what came back to it is a tool's. */
function roleOf(node: JsonNode, otherwise: Role): Role {
  const role = stringAt(node, 'role')
  switch (role) {
    case 'system':
    case 'developer':
    case 'user':
    case 'assistant':
    case 'tool':
      return role
  }
  const type = stringAt(node, 'type')
  if (type === undefined || type === 'message' || type === 'item_reference' || type === 'mcp_approval_response') return otherwise
  return type.endsWith('_output') ? 'tool' : 'assistant'
}

// Parts

function partsOf(document: JsonDocument, node: JsonNode, role: Role): readonly Part[] {
  if (node.kind === 'string') return [textPart(document, node, 'text')]
  if (node.kind !== 'object') return [opaquePart(node)]
  const type = stringAt(node, 'type')
  const content = node.get('content')
  if (type === 'message' || (type === undefined && content !== undefined)) return contentParts(document, content, role === 'tool' ? 'tool_result' : 'text')
  if (type === undefined) return variableParts(document, node)
  if (type.endsWith('_output')) return contentParts(document, node.get('output') ?? node, 'tool_result')
  return [
    ...(type.endsWith('_call') ? [opaquePart(node, 'tool_call')] : type === 'reasoning' ? [] : [opaquePart(node)]),
    ...itemPlaces(node, '').flatMap(place => placeParts(document, place)),
  ]
}

/** The variables of a prompt: strings, and parts by name. */
function variableParts(document: JsonDocument, node: JsonNode): readonly Part[] {
  const texts = itemPlaces(node, '').map(({ node: text }) => textPart(document, text, 'text'))
  return [...texts, ...node.members().flatMap(({ value }) => fileParts(document, value, 'text'))]
}

/** Arguments are JSON in a string: each string inside is a text. */
function placeParts(document: JsonDocument, { node, channel, isPlain, seal }: TextPlace): readonly Part[] {
  if (seal !== undefined) return [carriedPart(document, { node, seal })]
  return channel === 'tool_arguments' && !isPlain ? encodedArgumentParts(document, node) : [textPart(document, node, channel)]
}

function contentParts(document: JsonDocument, content: JsonNode | undefined, channel: Channel): readonly Part[] {
  if (content === undefined || content.kind === 'null') return []
  if (content.kind === 'string') return [textPart(document, content, channel)]
  if (content.kind === 'array') return content.items().flatMap(part => contentPart(document, part, channel))
  return contentPart(document, content, channel)
}

const mediaTypes: ReadonlyMap<string, OpaquePart['type']> = new Map([
  ['input_image', 'image'],
  ['input_audio', 'audio'],
  ['input_file', 'file'],
])

/** A text is whatever has one, of whichever type. */
function contentPart(document: JsonDocument, part: JsonNode, channel: Channel): readonly Part[] {
  if (part.kind === 'string') return [textPart(document, part, channel)]
  const media = mediaTypes.get(stringAt(part, 'type') ?? '')
  const found = [
    ...(media === undefined ? [] : [opaquePart(part, media)]),
    ...(media === 'file' ? [...textAt(part, 'filename').map(name => textPart(document, name, channel)), ...fileParts(document, part, channel)] : []),
    ...itemPlaces(part, '')
      .filter(() => media === undefined)
      .map(place => spokenPart(document, place, place.channel === 'refusal' || stringAt(part, 'type') === 'refusal' ? 'refusal' : channel)),
  ]
  return found.length > 0 ? found : [opaquePart(part)]
}

/** What a file says if it is a text. */
function fileParts(document: JsonDocument, part: JsonNode, channel: Channel): readonly Part[] {
  return ['file_data', 'file_url'].flatMap(name => fileTextParts(document, part.get(name), channel))
}

/** Where a text changes, its log probabilities go: they spell it out token by token. */
function spokenPart(document: JsonDocument, { node, owner }: TextPlace, channel: Channel): Part {
  const part = textPart(document, node, channel)
  const logprobs = owner.get('logprobs')
  return logprobs?.kind === 'array' ? watchedPart(part, () => document.replace(logprobs, '[]')) : part
}

// Calls and results

function callIds(node: JsonNode): readonly string[] {
  return stringAt(node, 'type')?.endsWith('_call') === true ? idsOf(node) : []
}

function resultIds(node: JsonNode): readonly string[] {
  return stringAt(node, 'type')?.endsWith('_call_output') === true ? idsOf(node) : []
}

/** Calls that the provider answers itself have none. */
function idsOf(node: JsonNode): readonly string[] {
  const id = stringAt(node, 'call_id')
  return id === undefined ? [] : [id]
}

// Edits

/** A system message before everything else becomes the instructions, where there are none; any other an item of the input. */
function insertMessage(document: JsonDocument, index: number, { role, text }: NewMessage): JsonNode | undefined {
  if (role === 'tool') throw new Error('a tool message cannot be inserted: it belongs to a call')
  const { root } = document
  const leads = index === 0 && (role === 'system' || role === 'developer')
  if (leads && instructions(document) === undefined) {
    document.set(root, 'instructions', JSON.stringify(text))
    return instructions(document)
  }
  const at = Math.max(0, index - heads(document).length)
  const input = inputList(document)
  document.insert(input, at, JSON.stringify({ type: 'message', role, content: text }))
  return input.items()[at]
}

/** The input as a list, which it becomes if it is none. */
function inputList(document: JsonDocument): JsonNode {
  const { root } = document
  const input = said(root, 'input')
  if (input === undefined) document.set(root, 'input', '[]')
  else if (input.kind !== 'array') document.replace(input, `[{"type":"message","role":"user","content":${input.json()}}]`)
  return root.get('input') ?? root
}

/** Reasoning goes with the item that it led to: providers refuse the one without the other. */
function removeMessages(document: JsonDocument, removed: readonly JsonNode[]): void {
  const { root } = document
  const gone = new Set(removed)
  const said = instructions(document)
  if (said !== undefined && gone.has(said)) document.unset(root, 'instructions')
  const prompt = root.get('prompt')
  const variables = prompt?.get('variables')
  if (prompt !== undefined && variables !== undefined && gone.has(variables)) document.unset(prompt, 'variables')
  const input = root.get('input')
  if (input === undefined) return
  if (input.kind !== 'array') return gone.has(input) ? document.replace(input, '[]') : undefined
  const items = input.items()
  const all = items.filter((item, at) => gone.has(item) || (isReasoning(item) && leadsTo(items, at, gone)))
  if (all.length > 0) document.remove(input, ...all)
}

function leadsTo(items: readonly JsonNode[], at: number, gone: ReadonlySet<JsonNode>): boolean {
  const next = items.slice(at + 1).find(item => !isReasoning(item))
  return next !== undefined && gone.has(next) && roleOf(next, 'user') === 'assistant'
}

function isReasoning(item: JsonNode): boolean {
  return stringAt(item, 'type') === 'reasoning'
}

function textAt(node: JsonNode, name: string): readonly JsonNode[] {
  const text = node.get(name)
  return text?.kind === 'string' ? [text] : []
}

function stringAt(node: JsonNode, name: string): string | undefined {
  return node.kind === 'object' ? stringOf(node.get(name)) : undefined
}
