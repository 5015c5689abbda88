/** Token counts as Responses spell them. */

import { CountReader } from '../../../core/document/counts.ts'
import type { JsonObject } from '../../../core/neutral/request.ts'
import { readFrom, wholeOutput, type Usage } from '../../../core/neutral/usage.ts'

type Members = Readonly<Record<string, unknown>>

/** What is read of token counts, in this order. */
const paths = [
  'input_tokens',
  'output_tokens',
  'total_tokens',
  'input_tokens_details.cached_tokens',
  'input_tokens_details.cache_write_tokens',
  'output_tokens_details.reasoning_tokens',
] as const
const reader = new CountReader(paths)

/** Reads token counts; undefined if there are none. */
export function readUsage(said: unknown): Usage | undefined {
  const counts = members(said)
  if (counts === undefined) return undefined
  const details = members(counts['input_tokens_details']) ?? {}
  return usageFrom(counts, [
    count(counts['input_tokens']),
    count(counts['output_tokens']),
    count(counts['total_tokens']),
    count(details['cached_tokens']),
    count(details['cache_write_tokens']),
    count(members(counts['output_tokens_details'])?.['reasoning_tokens']),
  ])
}

/** The same of the last member `usage`, if the response that an event holds has it: undefined if all must be read. */
export function usageAtEnd(event: Buffer): Usage | undefined {
  const found = reader.readLast(event, 'usage', 2)
  return found && usageFrom(() => JSON.parse(event.toString('utf8', found.start, found.end)) as Members, found.counts)
}

/** @param counts in the order of the paths */
function usageFrom(raw: Members | (() => Members), [input, output, total, cached, written, reasoning]: readonly (number | undefined)[]): Usage {
  return readFrom(raw, {
    inputTokens: input,
    outputTokens: wholeOutput({ input, output, reasoning, total }),
    cachedTokens: cached,
    cacheWriteTokens: written,
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
