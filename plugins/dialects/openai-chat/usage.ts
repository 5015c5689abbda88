/** Token counts as OpenAI and its kin spell them. */

import { readFrom, wholeOutput, type Usage } from '../../../core/neutral/usage.ts'

export type JsonMap = Readonly<{ [name: string]: unknown }>

/** Reads token counts; undefined if there are none. @param cost beside the usage, as Eden AI reports it */
export function readUsage(said: unknown, cost?: unknown): Usage | undefined {
  const counts = record(said)
  if (counts === undefined) return undefined
  const prompt = record(counts['prompt_tokens_details']) ?? {}
  const completion = record(counts['completion_tokens_details']) ?? {}
  const [input, output, total, reasoning] = [counts['prompt_tokens'], counts['completion_tokens'], counts['total_tokens'], completion['reasoning_tokens']].map(
    count,
  )
  return readFrom(typeof cost === 'number' ? { cost, ...counts } : counts, {
    inputTokens: input,
    outputTokens: wholeOutput({ input, output, reasoning, total }),
    cachedTokens: count(prompt['cached_tokens']) ?? count(counts['prompt_cache_hit_tokens']),
    cacheWriteTokens: count(prompt['cache_write_tokens']),
    reasoningTokens: reasoning,
    audioInputTokens: count(prompt['audio_tokens']),
    audioOutputTokens: count(completion['audio_tokens']),
    totalTokens: total,
  })
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

export function record(value: unknown): JsonMap | undefined {
  return typeof value === 'object' && value !== null ? (value as JsonMap) : undefined
}
