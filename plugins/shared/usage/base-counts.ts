/** Token counts as they are recorded: the prompt and the answer as the provider counts them, and every other number it reported. */

import type { Usage } from '../../../core/neutral/usage.ts'
import type { ProviderDefinition } from '../../../core/plugin/provider.ts'
import { audioInputNames, audioOutputNames, cachedNames, cacheWriteNames, firstCount, hourWriteNames, reasoningNames, type CountName } from './count-names.ts'
import { rawDataOf, type RawData } from './raw-data.ts'

export interface BaseCounts {
  readonly input_tokens: number | null
  readonly output_tokens: number | null
  readonly total_tokens: number | null
  readonly raw_data: RawData | null
}

/**
 * @param provider of the instance that answered; what it counts apart is left out of the prompt or the answer, however the answer was spelled.
 * Providers that are not known to do so are believed where their usage has members for it, as Anthropic's and AWS's have.
 */
export function baseCounts(usage: Usage, { countsApart = [] }: Pick<ProviderDefinition, 'countsApart'> = {}): BaseCounts {
  const reported = rawDataOf(usage.raw ?? {})
  const isCacheApart = countsApart.includes('cache') || saysCacheApart(usage, reported)
  const raw = completed(without(reported, isCacheApart ? insideNames : apartNames), usage, isCacheApart)
  const input = less(usage.inputTokens, isCacheApart ? (usage.cachedTokens ?? 0) + (usage.cacheWriteTokens ?? 0) : 0)
  const output = less(usage.outputTokens, countsApart.includes('reasoning') ? (usage.reasoningTokens ?? 0) : 0)
  const total = less(usage.totalTokens, 0) ?? (input === null && output === null ? null : (input ?? 0) + (output ?? 0))
  return { input_tokens: input, output_tokens: output, total_tokens: total, raw_data: Object.keys(raw).length === 0 ? null : raw }
}

function less(tokens: number | undefined, apart: number): number | null {
  return tokens === undefined ? null : Math.max(0, tokens - apart)
}

const apartNames = [...cachedNames, ...cacheWriteNames].filter(({ isApart }) => isApart).map(({ name }) => name)
const insideNames = [...cachedNames, ...cacheWriteNames].filter(({ isApart }) => !isApart).map(({ name }) => name)

/** A usage of OpenAI's shape may have such members, too: its prompt holds them. */
function saysCacheApart({ raw = {} }: Usage, reported: RawData): boolean {
  return !('prompt_tokens' in raw) && apartNames.some(name => name in reported)
}

/** Names that say otherwise go: what they count comes again under the others. */
function without(reported: RawData, names: readonly string[]): RawData {
  return names.some(name => name in reported) ? Object.fromEntries(Object.entries(reported).filter(([name]) => !names.includes(name))) : reported
}

/** Counts that the usage object lacks, or has under names of its own. */
function completed(reported: RawData, usage: Usage, isCacheApart: boolean): RawData {
  const added: Record<string, number> = {}
  const add = (name: string, names: readonly CountName[], count = 0) => {
    if (count > 0 && firstCount(names, reported) === undefined) added[name] = count
  }
  add(isCacheApart ? 'cache_read_input_tokens' : 'prompt_cached_tokens', cachedNames, usage.cachedTokens)
  add(isCacheApart ? 'cache_creation_input_tokens' : 'prompt_cache_write_tokens', cacheWriteNames, usage.cacheWriteTokens)
  add('completion_reasoning_tokens', reasoningNames, usage.reasoningTokens)
  add('prompt_audio_tokens', audioInputNames, usage.audioInputTokens)
  add('completion_audio_tokens', audioOutputNames, usage.audioOutputTokens)
  add('cache_creation_ephemeral_1h_input_tokens', hourWriteNames, usage.cacheWrite1hTokens)
  return Object.keys(added).length === 0 ? reported : { ...reported, ...added }
}
