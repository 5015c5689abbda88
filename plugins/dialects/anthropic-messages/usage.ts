/** Token counts: Anthropic counts what a cache read or wrote apart from the rest of the prompt. */

import { CountReader } from '../../../core/document/counts.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import { readFrom, type RawUsage, type Usage } from '../../../core/neutral/usage.ts'

/** What is read of counts, in this order. */
const paths = [
  'input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
  'cache_creation.ephemeral_5m_input_tokens',
  'cache_creation.ephemeral_1h_input_tokens',
  'output_tokens_details.thinking_tokens',
] as const
const reader = new CountReader(paths)
const outputIndex = paths.indexOf('output_tokens')

/** In the order of the paths; undefined is not told. */
export type ToldCounts = readonly (number | undefined)[]

/** Reads counts; undefined if there are none. */
export function readUsage(said: unknown): Usage | undefined {
  if (!isObject(said)) return undefined
  const created = isObject(said['cache_creation']) ? said['cache_creation'] : {}
  const details = isObject(said['output_tokens_details']) ? said['output_tokens_details'] : {}
  return usageFrom(said, [
    count(said['input_tokens']),
    count(said['output_tokens']),
    count(said['cache_read_input_tokens']),
    count(said['cache_creation_input_tokens']),
    count(created['ephemeral_5m_input_tokens']),
    count(created['ephemeral_1h_input_tokens']),
    count(details['thinking_tokens']),
  ])
}

/** The counts in the last member `usage`, if it stands so many objects deep: undefined if all must be read. */
export function countsAtEnd(json: Buffer, depth: number): ToldCounts | undefined {
  return reader.readLast(json, 'usage', depth)?.counts
}

/** @param raw what reads all that was told, when somebody asks */
export function usageFrom(raw: RawUsage | (() => RawUsage), [input, output, read, written, written5m, written1h, thinking]: ToldCounts): Usage {
  return readFrom(raw, {
    inputTokens: input === undefined ? undefined : input + (read ?? 0) + (written ?? 0),
    outputTokens: output,
    cachedTokens: read,
    cacheWriteTokens: written,
    cacheWrite5mTokens: written5m,
    cacheWrite1hTokens: written1h,
    reasoningTokens: thinking,
  })
}

/** Later counts of one stream replace earlier ones. */
export function laterCounts(earlier: ToldCounts | undefined, later: ToldCounts): ToldCounts {
  return earlier === undefined ? later : later.map((count, index) => count ?? earlier[index])
}

/** As `usageAtStart`. */
export function countsAtStart(counts: ToldCounts): ToldCounts {
  return counts.with(outputIndex, undefined)
}

/** Later counts of one stream replace earlier ones; what is null, or not told, stays. */
export function laterUsage(before: unknown, later: unknown): RawUsage | undefined {
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
