/** What a webhook is asked: the texts of a conversation, each under a name by which it can be edited, and whose they are. */

import type { Exchange, Role, TextPart } from '../../core/index.ts'
import type { Seen } from '../shared/guard/whole-guard.ts'

export interface Question {
  readonly body: Buffer
  /** The texts that were shown, by their names. */
  readonly parts: ReadonlyMap<string, TextPart>
}

/** @returns undefined where there is no text to show */
export function questionOf({ phase, conversation, exchange }: Seen, instance: string, roles: readonly Role[] | undefined): Question | undefined {
  const parts = new Map<string, TextPart>()
  const texts: object[] = []
  for (const message of conversation.messages) {
    if (roles?.includes(message.role) === false) continue
    for (const part of message.parts) {
      if (part.type !== 'text' || part.text === '') continue
      const id = `t${parts.size}`
      parts.set(id, part)
      texts.push({ id, message: message.id, role: message.role, channel: part.channel, text: part.text })
    }
  }
  return texts.length === 0 ? undefined : { parts, body: Buffer.from(JSON.stringify({ phase, guardrail: instance, ...factsOf(exchange), texts })) }
}

function factsOf({ id, clock, operation, userPath, labels, model, streamed, reply, targets }: Exchange): object {
  const target = reply?.target ?? targets[0]
  return {
    request_id: id,
    timestamp: new Date(clock.now()).toISOString(),
    operation,
    user_path: userPath === '' ? '/' : userPath,
    labels,
    requested_model: model,
    provider: target?.provider.name ?? null,
    model: target?.model ?? null,
    stream: streamed,
  }
}
