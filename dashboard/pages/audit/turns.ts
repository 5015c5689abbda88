/** The calls of a conversation as its turns: each with what it added, not with what it repeated. */

import type { AuditEntry } from '../../../schemas/admin/audit.schema.ts'
import { keyOf, messagesAnswered, messagesAsked, type Message } from './messages.ts'

export interface Turn {
  readonly entry: AuditEntry
  readonly messages: readonly Message[]
}

/** @param entries the oldest first */
export function turnsOf(entries: readonly AuditEntry[]): readonly Turn[] {
  /** What was said after each call: a session may have several threads, one beside another. */
  const threads: (readonly string[])[] = []
  return entries.map(entry => {
    const { request_body: body, response_body: reply } = entry.data
    const asked = messagesAsked(body)
    const answered = messagesAnswered(reply)
    const keys = asked.map(keyOf)
    const known =
      typeof body?.['previous_response_id'] === 'string' ? repeatedSystem(keys, threads) : Math.max(0, ...threads.map(thread => shared(thread, keys)))
    threads.push([...keys, ...answered.map(keyOf)])
    return { entry, messages: [...asked.slice(known), ...answered] }
  })
}

/** How many messages two threads have in common from the start. */
function shared(thread: readonly string[], keys: readonly string[]): number {
  const differs = keys.findIndex((key, at) => key !== thread[at])
  return differs === -1 ? keys.length : differs
}

/** Who goes on from a response says again only what the instructions are. */
function repeatedSystem([first]: readonly string[], threads: readonly (readonly string[])[]): number {
  return first !== undefined && first.startsWith('["system"') && threads.some(([known]) => known === first) ? 1 : 0
}

/** For the clipboard. */
export function conversationText(turns: readonly Turn[]): string {
  return turns
    .flatMap(({ entry, messages }) => [...messages.map(messageText), ...(entry.data.error_message === undefined ? [] : [`error: ${entry.data.error_message}`])])
    .join('\n\n')
}

function messageText({ role, pieces }: Message): string {
  return pieces.map(({ kind, name, text }) => `${kind === 'text' ? role : [role, kind, name].filter(Boolean).join(' ')}: ${text}`).join('\n\n')
}
