/** What a request asks, and everything else that it says. */

import { GatewayError, type Exchange, type JsonDocument, type JsonObject, type Message } from '../../core/index.ts'
import { parseJson } from '../../core/neutral/json.ts'
import { Losses } from '../../core/neutral/losses.ts'

export interface Question {
  /** The last thing that the user said: it is compared by its meaning. */
  readonly text: string
  /** The request with that text blank: it is compared to the letter. */
  readonly rest: JsonDocument
}

export interface QuestionRules {
  readonly maxMessages: number
  readonly withoutSystem: boolean
}

const media: ReadonlySet<string> = new Set(['image', 'audio', 'video', 'file'])

/** @returns undefined for a request of which no one text says what it asks */
export function questionOf(exchange: Exchange, { maxMessages, withoutSystem }: QuestionRules): Question | undefined {
  const { body, dialect, operation } = exchange
  if (body === undefined || dialect === undefined || spoken(exchange.conversation.messages).length > maxMessages || showsMedia(exchange)) return undefined
  const rest = body.fork()
  const conversation = dialect.conversation(rest, operation)
  const asked = spoken(conversation.messages).findLast(({ role }) => role === 'user')
  const text = asked?.text ?? ''
  if (asked === undefined || text.trim() === '') return undefined
  blank(asked)
  if (withoutSystem) conversation.remove(...conversation.messages.filter(isSystem))
  return { text, rest }
}

function spoken(messages: readonly Message[]): readonly Message[] {
  return messages.filter(message => !isSystem(message))
}

function isSystem({ role }: Message): boolean {
  return role === 'system' || role === 'developer'
}

function blank({ parts }: Message): void {
  for (const part of parts) if (part.type === 'text' && part.channel === 'text') part.rewrite('')
}

/** Whether the user shows something besides what they say last: documents made of text are files, too. What cannot be read may do so. */
function showsMedia({ body, dialect }: Exchange): boolean {
  try {
    const request = dialect?.caller?.request(parseJson(body?.render().toString() ?? '') as JsonObject, new Losses())
    return request?.turns.findLast(({ role }) => role === 'user')?.blocks.some(({ type }) => media.has(type)) ?? true
  } catch (cause) {
    if (cause instanceof GatewayError || cause instanceof SyntaxError) return true
    throw cause
  }
}
