/** Token counts as OpenAI and its kin spell them. */

import { defined } from '../../../core/neutral/members.ts'
import type { Usage } from '../../../core/neutral/usage.ts'

type JsonMap = Readonly<{ [name: string]: unknown }>

/** Reads token counts; undefined if there are none. */
export function readUsage(said: unknown): Usage | undefined {
  const counts = record(said)
  if (counts === undefined) return undefined
  const prompt = record(counts['prompt_tokens_details']) ?? {}
  const completion = record(counts['completion_tokens_details']) ?? {}
  return defined<Usage>({
    inputTokens: count(counts['prompt_tokens']),
    outputTokens: outputTokens(counts, count(completion['reasoning_tokens'])),
    cachedTokens: count(prompt['cached_tokens']) ?? count(counts['prompt_cache_hit_tokens']),
    cacheWriteTokens: count(prompt['cache_write_tokens']),
    reasoningTokens: count(completion['reasoning_tokens']),
    audioInputTokens: count(prompt['audio_tokens']),
    audioOutputTokens: count(completion['audio_tokens']),
    totalTokens: count(counts['total_tokens']),
  })
}

/** With some vendors the answer's tokens are those without reasoning, which only the total tells. */
function outputTokens({ prompt_tokens: input, completion_tokens: output, total_tokens: total }: JsonMap, reasoning = 0): number | undefined {
  const isWithout = typeof input === 'number' && typeof output === 'number' && reasoning > 0 && total === input + output + reasoning
  return isWithout ? output + reasoning : count(output)
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function record(value: unknown): JsonMap | undefined {
  return typeof value === 'object' && value !== null ? value as JsonMap : undefined
}
