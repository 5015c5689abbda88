/** Why a choice ended, in the words of OpenAI and its kin. */

import { gatewayError, type GatewayError } from '../../../core/errors.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import { finishWith } from '../../../core/neutral/finish.ts'
import type { Finish } from '../../../core/neutral/reply.ts'
import type { Json, JsonObject } from '../../../core/neutral/request.ts'

/** Words that nobody knows mean a plain stop, as does none at all. */
const finishes: ReadonlyMap<string, Finish> = new Map([
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['model_length', 'length'],
  ['tool_calls', 'tool_calls'],
  ['function_call', 'tool_calls'],
  ['content_filter', 'content_filter'],
  ['sensitive', 'content_filter'],
  ['model_context_window_exceeded', 'context_window'],
])

/** Words for a provider that failed; its status. */
const failures: ReadonlyMap<string, number> = new Map([
  ['error', 502],
  ['network_error', 502],
  ['insufficient_system_resource', 503],
])

export interface Ending {
  readonly finish: Finish
  readonly stopSequence?: string
}

/** What a choice says of its end, in view of what it held. */
export function endingOf(choice: JsonObject, { hasCalls, hasRefusal }: { readonly hasCalls: boolean; readonly hasRefusal: boolean }): Ending {
  const { finish_reason: word, stop_reason: stopped } = choice
  const said = typeof word === 'string' ? (finishes.get(word) ?? 'stop') : 'stop'
  const finish = finishWith(said, hasCalls)
  if (finish === 'stop' && hasRefusal) return { finish: 'refusal' }
  return finish === 'stop' && typeof stopped === 'string' && stopped !== '' ? { finish: 'stop_sequence', stopSequence: stopped } : { finish }
}

/** The error that a finish word means, if it means one. */
export function failureOf({ finish_reason: word }: JsonObject, provider: string): GatewayError | undefined {
  if (typeof word !== 'string') return undefined
  const status = failures.get(word)
  return status === undefined ? undefined : gatewayError('bad_upstream_response', `${provider}: provider ended the answer with ${word}`, { status, provider })
}

/** Whether a value reports an error: anything but what says that there is none. */
export function isFault(error: Json | undefined): error is JsonObject | string {
  return isObject(error) || (typeof error === 'string' && error !== '')
}
