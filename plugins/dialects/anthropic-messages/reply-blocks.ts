/** What plain and streamed replies to callers have in common. */

import type { Losses } from '../../../core/neutral/losses.ts'
import type { Finish, NeutralReply } from '../../../core/neutral/reply.ts'
import type { VendorState } from '../../../core/neutral/request.ts'
import type { AskedFor, ReplyContext } from '../../../core/neutral/translation.ts'
import { finishWith } from '../../../core/neutral/finish.ts'
import { reasonOf } from './stop-reason.ts'
import { dialect, isLegalId } from './writing.ts'

export function messageId({ ids }: ReplyContext): string {
  return ids.base62('msg_', 24)
}

/** Ids of tool calls that the caller's dialect takes, each once. */
export class CallIds {
  readonly #context: ReplyContext
  readonly #given = new Set<string>()

  constructor(context: ReplyContext) {
    this.#context = context
  }

  spell(id: string): string {
    const spelled = isLegalId(id) && !this.#given.has(id) ? id : this.#context.ids.base62('toolu_tl', 22)
    this.#given.add(spelled)
    return spelled
  }
}

/** What the caller wants to see of the model's thinking. */
export function shownThinking({ reasoning }: AskedFor): 'all' | 'state' | 'none' {
  if (reasoning?.isEnabled === false) return 'none'
  return reasoning?.display === 'omitted' ? 'state' : 'all'
}

/** The member of a `tool_use` in which a client keeps another vendor's state. */
export function carried({ vendor, value }: VendorState): object {
  return { extra_content: { [vendor]: { thought_signature: value } } }
}

export interface Stop {
  readonly stop_reason: string
  readonly stop_sequence: string | null
}

/** @param said of what the answer has: calls, or a refusal */
export function stopOf(
  { finish, stopSequence }: Pick<NeutralReply, 'finish' | 'stopSequence'>,
  said: { readonly hasCalls: boolean; readonly hasRefusal: boolean },
): Stop {
  const right: Finish = said.hasRefusal && finish === 'stop' ? 'refusal' : finishWith(finish, said.hasCalls)
  return { stop_reason: reasonOf(right), stop_sequence: right === 'stop_sequence' ? (stopSequence ?? null) : null }
}

/** @throws GatewayError 400 if translation is strict */
export function dropImage(losses: Losses): void {
  losses.drop('images', `${dialect} has no images in answers`)
}
