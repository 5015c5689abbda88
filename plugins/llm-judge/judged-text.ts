/** The text that is judged: of the prompt, or of the reply. */

import type { Conversation, Message } from '../../core/index.ts'
import type { Seen } from '../shared/guard/whole-guard.ts'

export type JudgedTarget = 'auto' | 'last_user' | 'all_user' | 'conversation'

/** @returns undefined where there is nothing to judge */
export function judgedText({ phase, conversation, exchange }: Seen, target: JudgedTarget): string | undefined {
  const text = phase === 'prompt' ? ofPrompt(conversation, target) : ofReply(conversation, exchange.readable ? exchange.conversation : undefined, target)
  return text.trim() === '' ? undefined : text
}

function ofPrompt(prompt: Conversation, target: JudgedTarget): string {
  if (target === 'conversation') return transcript(prompt)
  const users = prompt.messages.filter(({ role }) => role === 'user')
  return (target === 'all_user' ? users : users.slice(-1)).map(textsOf).join('\n')
}

/** What users said was judged with the prompt. */
function ofReply(reply: Conversation, prompt: Conversation | undefined, target: JudgedTarget): string {
  if (target === 'auto') return reply.messages.map(textsOf).join('\n')
  if (target !== 'conversation') return ''
  const answer = transcript(reply)
  return answer === '' || prompt === undefined ? answer : `${transcript(prompt)}\n${answer}`
}

function transcript({ messages }: Conversation): string {
  return messages
    .map(message => ({ role: message.role, text: textsOf(message) }))
    .filter(({ text }) => text !== '')
    .map(({ role, text }) => `${role}: ${text}`)
    .join('\n')
}

function textsOf({ parts }: Message): string {
  return parts.flatMap(part => (part.type === 'text' && part.text !== '' ? [part.text] : [])).join('\n')
}
