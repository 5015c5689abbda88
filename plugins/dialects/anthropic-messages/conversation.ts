/** The conversation as Anthropic's messages spell it: the system's blocks, then the messages; and the one message that is a reply. */

import type { Conversation, JsonDocument, JsonNode, NewMessage, Role } from '../../../core/index.ts'
import { ConversationView, type Spelling } from '../../../core/document/view.ts'
import { said, stringOf } from '../../../core/document/readings.ts'
import { callIds, blockParts, contentParts, isResult, resultIds } from './blocks.ts'
import { typeOf } from './places.ts'

/** The `system` and the `messages` of a request. Each block of `system` is a message by itself. */
export function requestConversation(document: JsonDocument): Conversation {
  return new ConversationView(document, request)
}

/** The reply: one assistant's message. */
export function replyConversation(document: JsonDocument): Conversation {
  return new ConversationView(document, reply)
}

const request: Spelling = {
  messages: document => [...systemOf(document), ...messagesOf(document)],
  role: (message, document) => (isSystem(message, document) ? 'system' : roleOf(message)),
  parts: (message, document) =>
    isSystem(message, document) || message.kind !== 'object' ? blockParts(document, message, 'text') : contentParts(document, message.get('content'), 'text'),
  calls: message => callIds(message.get('content')),
  results: message => resultIds(message.get('content')),
  tools: document => document.root.get('tools')?.items() ?? [],
  insert: insertMessage,
  remove: removeMessages,
}

const reply: Spelling = {
  messages: ({ root }) => (root.get('content')?.kind === 'array' ? [root] : []),
  role: () => 'assistant',
  parts: (message, document) => contentParts(document, message.get('content'), 'text'),
  calls: message => callIds(message.get('content')),
  results: message => resultIds(message.get('content')),
  tools: () => [],
}

function systemOf({ root }: JsonDocument): readonly JsonNode[] {
  const system = said(root, 'system')
  if (system === undefined) return []
  return system.kind === 'array' ? system.items() : [system]
}

function messagesOf({ root }: JsonDocument): readonly JsonNode[] {
  return root.get('messages')?.items() ?? []
}

function isSystem(message: JsonNode, document: JsonDocument): boolean {
  return systemOf(document).includes(message)
}

/** A role nobody knows is read as the user's, so that policy still sees its texts. A user who only hands over results is a tool. */
function roleOf(message: JsonNode): Role {
  const role = stringOf(message.get('role'))
  if (role === 'assistant' || role === 'system') return role
  const blocks = message.get('content')?.items() ?? []
  return blocks.length > 0 && blocks.every(block => isResult(typeOf(block))) ? 'tool' : 'user'
}

/** Instructions stand before all messages, wherever they were meant to: not every model takes them elsewhere. */
function insertMessage(document: JsonDocument, index: number, { role, text }: NewMessage): JsonNode | undefined {
  if (role === 'tool') throw new Error('a tool message cannot be inserted: it belongs to a call')
  const instructions = systemOf(document).length
  if (role === 'system' || role === 'developer') return insertSystem(document, Math.min(index, instructions), text)
  const messages = document.root.get('messages')
  const json = JSON.stringify({ role, content: text })
  if (messages === undefined) document.set(document.root, 'messages', `[${json}]`)
  else document.insert(messages, Math.max(0, index - instructions), json)
  return undefined
}

/** A system that is a string becomes blocks. */
function insertSystem(document: JsonDocument, index: number, text: string): JsonNode | undefined {
  const system = document.root.get('system')
  const block = JSON.stringify({ type: 'text', text })
  if (system?.kind === 'string') document.replace(system, `[{"type":"text","text":${system.json()}}]`)
  if (system?.kind === 'array') document.insert(system, index, block)
  else document.set(document.root, 'system', JSON.stringify(text))
  return system?.items()[index]
}

function removeMessages(document: JsonDocument, removed: readonly JsonNode[]): void {
  const { root } = document
  const [system, messages] = [root.get('system'), root.get('messages')]
  const instructions = systemOf(document).filter(node => removed.includes(node))
  const others = removed.filter(node => !instructions.includes(node))
  if (messages !== undefined && others.length > 0) document.remove(messages, ...others)
  if (system === undefined || instructions.length === 0) return
  if (system.kind === 'array' && instructions.length < system.items().length) document.remove(system, ...instructions)
  else document.unset(root, 'system')
}
