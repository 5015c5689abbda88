/** Token counts as Responses spell them. */

import type { JsonObject } from '../../../core/neutral/request.ts'
import { readFrom, wholeOutput, type Usage } from '../../../core/neutral/usage.ts'

type Members = Readonly<Record<string, unknown>>

/** Reads token counts; undefined if there are none. */
export function readUsage(said: unknown): Usage | undefined {
  const counts = members(said)
  if (counts === undefined) return undefined
  const details = members(counts['input_tokens_details']) ?? {}
  const [input, output, total, reasoning] = [
    counts['input_tokens'],
    counts['output_tokens'],
    counts['total_tokens'],
    members(counts['output_tokens_details'])?.['reasoning_tokens'],
  ].map(count)
  return readFrom(counts, {
    inputTokens: input,
    outputTokens: wholeOutput({ input, output, reasoning, total }),
    cachedTokens: count(details['cached_tokens']),
    cacheWriteTokens: count(details['cache_write_tokens']),
    reasoningTokens: reasoning,
    totalTokens: total,
  })
}

/** Writes token counts; the details are always there. */
export function writeUsage({ inputTokens = 0, outputTokens = 0, cachedTokens = 0, cacheWriteTokens = 0, reasoningTokens = 0, totalTokens }: Usage): JsonObject {
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: cachedTokens, cache_write_tokens: cacheWriteTokens },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: totalTokens ?? inputTokens + outputTokens,
  }
}

function members(value: unknown): Members | undefined {
  return typeof value === 'object' && value !== null ? (value as Members) : undefined
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}
