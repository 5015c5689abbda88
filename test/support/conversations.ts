/** Conversations over bodies, for tests of views. */

import type { Conversation, Part } from '../../core/document/conversation.ts'
import { JsonDocument } from '../../core/document/document.ts'

export type View = (document: JsonDocument) => Conversation

export function viewed(view: View, json: string): { readonly document: JsonDocument; readonly conversation: Conversation } {
  const document = JsonDocument.parse(Buffer.from(json))
  return { document, conversation: view(document) }
}

/** The body after an edit. */
export function edited(view: View, json: string, edit: (conversation: Conversation) => void): string {
  const { document, conversation } = viewed(view, json)
  edit(conversation)
  return document.render().toString()
}

/** Parts by their types; those of text by channel and text. */
export function outline(parts: readonly Part[]): unknown[] {
  return parts.map(part => (part.type === 'text' ? [part.channel, part.text] : part.type))
}

/** An edit of every text. @returns how many it changed */
export function redact(conversation: Conversation): number {
  return conversation.rewrite(text => text.replaceAll('secret', '[x]'))
}
