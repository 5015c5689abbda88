/** What callers say in these operations, as a conversation: each text is a message of the user's. */

import type { Channel, Conversation, Part } from '../../../core/document/conversation.ts'
import type { JsonDocument, JsonNode } from '../../../core/document/document.ts'
import { opaquePart, textPart } from '../../../core/document/parts.ts'
import { ConversationView, type Spelling } from '../../../core/document/view.ts'

/** Where the texts of a request are. */
const texts: Readonly<Record<string, readonly string[]>> = {
  speech: ['instructions', 'input'],
  images: ['prompt'],
  rerank: ['query', 'documents'],
  moderations: ['input'],
}

export function mediaConversation(document: JsonDocument, operation: string): Conversation {
  return new ConversationView(
    document,
    spelling(
      'user',
      (texts[operation] ?? []).flatMap(name => values(document.root.get(name))),
    ),
  )
}

/** What a transcription says; of other replies there is nothing to read. */
export function replyConversation(document: JsonDocument, operation: string): Conversation {
  const isText = operation === 'transcriptions' || operation === 'translations'
  return new ConversationView(document, spelling('assistant', isText ? values(document.root.get('text')) : []))
}

function spelling(role: 'user' | 'assistant', messages: readonly JsonNode[]): Spelling {
  return {
    messages: () => messages,
    role: () => role,
    parts: (message, document) => parts(document, message, 'text'),
    calls: () => [],
    results: () => [],
    tools: () => [],
  }
}

/** One value, or each of a list. */
function values(node: JsonNode | undefined): readonly JsonNode[] {
  if (node === undefined || node.kind === 'null') return []
  return node.kind === 'array' ? node.items() : [node]
}

/** A string, or every string in an object, but for what says of which type it is, and for images. */
function parts(document: JsonDocument, node: JsonNode, channel: Channel): readonly Part[] {
  if (node.kind === 'string') return [textPart(document, node, channel)]
  if (node.get('image_url') !== undefined) return [opaquePart(node, 'image')]
  const found = node
    .members()
    .filter(({ name }) => name !== 'type')
    .flatMap(({ value }) => value.strings())
  return found.length === 0 ? [opaquePart(node)] : found.map(string => textPart(document, string, channel))
}
