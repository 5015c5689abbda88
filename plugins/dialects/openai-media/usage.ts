/** Tokens of these operations, as OpenAI and its kin spell them. */

import type { Usage } from '../../../core/index.ts'
import { isObject } from '../../../core/neutral/arguments.ts'

/** `{"input_tokens", "output_tokens", "total_tokens"}`, or with the names that chat has; undefined where something else is counted, such as seconds. */
export function readUsage(said: unknown): Usage | undefined {
  if (!isObject(said)) return undefined
  const number = (...names: readonly string[]) => names.map(name => said[name]).find(count => typeof count === 'number')
  const input = number('input_tokens', 'prompt_tokens')
  const output = number('output_tokens', 'completion_tokens')
  const total = number('total_tokens')
  const details = isObject(said['input_token_details']) ? said['input_token_details'] : {}
  const audio = details['audio_tokens']
  if (input === undefined && output === undefined && total === undefined) return undefined
  return {
    ...(input === undefined ? output === undefined && total !== undefined ? { inputTokens: total } : {} : { inputTokens: input }),
    ...(output === undefined ? {} : { outputTokens: output }),
    ...(typeof audio === 'number' ? { audioInputTokens: audio } : {}),
    ...(total === undefined ? {} : { totalTokens: total }),
  }
}
