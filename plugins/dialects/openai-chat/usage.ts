/** Token counts as OpenAI and its kin spell them. */

import { CountReader, type Counts } from '../../../core/document/counts.ts'
import { readFrom, wholeOutput, type Usage } from '../../../core/neutral/usage.ts'

export type JsonMap = Readonly<{ [name: string]: unknown }>

/** What is read of token counts, in this order. */
const paths = [
  'prompt_tokens',
  'completion_tokens',
  'total_tokens',
  'prompt_tokens_details.cached_tokens',
  'prompt_cache_hit_tokens',
  'prompt_tokens_details.cache_write_tokens',
  'prompt_tokens_details.audio_tokens',
  'completion_tokens_details.reasoning_tokens',
  'completion_tokens_details.audio_tokens',
] as const
const reader = new CountReader(paths)

/** Reads token counts; undefined if there are none. @param cost beside the usage, as Eden AI reports it */
export function readUsage(said: unknown, cost?: unknown): Usage | undefined {
  const counts = record(said)
  if (counts === undefined) return undefined
  const prompt = record(counts['prompt_tokens_details']) ?? {}
  const completion = record(counts['completion_tokens_details']) ?? {}
  return usageFrom(typeof cost === 'number' ? { cost, ...counts } : counts, [
    count(counts['prompt_tokens']),
    count(counts['completion_tokens']),
    count(counts['total_tokens']),
    count(prompt['cached_tokens']),
    count(counts['prompt_cache_hit_tokens']),
    count(prompt['cache_write_tokens']),
    count(prompt['audio_tokens']),
    count(completion['reasoning_tokens']),
    count(completion['audio_tokens']),
  ])
}

/** The same of the object that begins at `at` in JSON: for many calls, nobody asks for more than the counts. @returns undefined if all of it must be read */
export function usageAt(bytes: Buffer, at: number): Usage | undefined {
  return usageOf(bytes, reader.read(bytes, at))
}

/** The same of the last member `usage`, if a chunk itself has it. */
export function usageAtEnd(chunk: Buffer): Usage | undefined {
  return usageOf(chunk, reader.readLast(chunk, 'usage', 1))
}

function usageOf(bytes: Buffer, found: Counts | undefined): Usage | undefined {
  return found && usageFrom(() => JSON.parse(bytes.toString('utf8', found.start, found.end)) as JsonMap, found.counts)
}

/** @param counts in the order of the paths */
function usageFrom(raw: JsonMap | (() => JsonMap), counts: readonly (number | undefined)[]): Usage {
  const [input, output, total, cached, hit, written, audioInput, reasoning, audioOutput] = counts
  return readFrom(raw, {
    inputTokens: input,
    outputTokens: wholeOutput({ input, output, reasoning, total }),
    cachedTokens: cached ?? hit,
    cacheWriteTokens: written,
    reasoningTokens: reasoning,
    audioInputTokens: audioInput,
    audioOutputTokens: audioOutput,
    totalTokens: total,
  })
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

export function record(value: unknown): JsonMap | undefined {
  return typeof value === 'object' && value !== null ? (value as JsonMap) : undefined
}
