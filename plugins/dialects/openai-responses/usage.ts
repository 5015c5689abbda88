/** Token counts as Responses spell them. */

import type { Usage } from '../../../core/neutral/usage.ts'

type Members = Readonly<Record<string, unknown>>
type Counts = { -readonly [K in keyof Usage]: Usage[K] }

/** Reads token counts; undefined if there are none (dialects 5.3). */
export function readUsage(said: unknown): Usage | undefined {
  const counts = members(said)
  if (counts === undefined) return undefined
  const usage: Counts = {}
  const take = (name: keyof Usage, value: unknown) => { if (typeof value === 'number') usage[name] = value }
  take('inputTokens', counts['input_tokens'])
  take('outputTokens', counts['output_tokens'])
  take('cachedTokens', members(counts['input_tokens_details'])?.['cached_tokens'])
  take('cacheWriteTokens', members(counts['input_tokens_details'])?.['cache_write_tokens'])
  take('reasoningTokens', members(counts['output_tokens_details'])?.['reasoning_tokens'])
  take('totalTokens', counts['total_tokens'])
  return usage
}

/** Writes token counts; the details are always there. */
export function writeUsage({ inputTokens = 0, outputTokens = 0, cachedTokens = 0, cacheWriteTokens = 0, reasoningTokens = 0, totalTokens }: Usage): Members {
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: cachedTokens, cache_write_tokens: cacheWriteTokens },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: totalTokens ?? inputTokens + outputTokens,
  }
}

function members(value: unknown): Members | undefined {
  return typeof value === 'object' && value !== null ? value as Members : undefined
}
