/** Token counts: Anthropic counts what a cache read or wrote apart from the rest of the prompt. */

import { isObject } from '../../../core/neutral/arguments.ts'
import { readFrom, type Usage } from '../../../core/neutral/usage.ts'

/** Reads counts; undefined if there are none. */
export function readUsage(said: unknown): Usage | undefined {
  if (!isObject(said)) return undefined
  const { input_tokens: input, output_tokens: output, cache_read_input_tokens: read, cache_creation_input_tokens: written } = said
  const created = isObject(said['cache_creation']) ? said['cache_creation'] : {}
  const details = isObject(said['output_tokens_details']) ? said['output_tokens_details'] : {}
  return readFrom(said, {
    inputTokens: isCount(input) ? input + (isCount(read) ? read : 0) + (isCount(written) ? written : 0) : undefined,
    outputTokens: count(output),
    cachedTokens: count(read),
    cacheWriteTokens: count(written),
    cacheWrite5mTokens: count(created['ephemeral_5m_input_tokens']),
    cacheWrite1hTokens: count(created['ephemeral_1h_input_tokens']),
    reasoningTokens: count(details['thinking_tokens']),
  })
}

/** Later counts of one stream replace earlier ones; what is null, or not told, stays. */
export function laterUsage(before: unknown, later: unknown): object | undefined {
  if (!isObject(later)) return isObject(before) ? before : undefined
  const earlier = isObject(before) ? before : {}
  const counts: Record<string, unknown> = { ...earlier, ...later }
  for (const name in later) {
    if (later[name] !== null) continue
    if (Object.hasOwn(earlier, name)) counts[name] = earlier[name]
    else delete counts[name]
  }
  return counts
}

/** What a message that has begun is known to cost: its prompt. The answer's count only stands there, and is told when the answer ends. */
export function usageAtStart(said: unknown): object | undefined {
  if (!isObject(said)) return undefined
  const { output_tokens: _, ...prompt } = said
  return prompt
}

export interface SpelledUsage {
  readonly input_tokens: number
  readonly cache_read_input_tokens: number
  readonly cache_creation_input_tokens: number
  readonly output_tokens: number
}

/** The four counts that clients rely on; 0 where nothing is known. */
export function writeUsage({ inputTokens = 0, cachedTokens = 0, cacheWriteTokens = 0, outputTokens = 0 }: Usage = {}): SpelledUsage {
  return {
    input_tokens: Math.max(0, inputTokens - cachedTokens - cacheWriteTokens),
    cache_read_input_tokens: cachedTokens,
    cache_creation_input_tokens: cacheWriteTokens,
    output_tokens: outputTokens,
  }
}

/** The counts that end a stream. They replace those that it began with, so what nobody counted is not among them; clients need the last one. */
export function writeFinalUsage(usage: Usage | undefined): Partial<SpelledUsage> & Pick<SpelledUsage, 'output_tokens'> {
  const spelled = writeUsage(usage)
  return usage?.inputTokens === undefined ? { output_tokens: spelled.output_tokens } : spelled
}

function count(value: unknown): number | undefined {
  return isCount(value) ? value : undefined
}

function isCount(value: unknown): value is number {
  return typeof value === 'number'
}
