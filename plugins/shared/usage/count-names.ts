/** What the flat usage numbers are called that count parts of the prompt and of the answer, and whether their own count holds them. */

import type { RawData } from './raw-data.ts'

/** A number's name, and whether it counts something beside the prompt or the answer, or a part of it. */
export interface CountName {
  readonly name: string
  readonly isApart: boolean
}

export interface FoundCount {
  readonly tokens: number
  readonly isApart: boolean
}

/** Names of one kind of token, those that count a part of the rest first. */
function kind(inside: readonly string[], apart: readonly string[] = []): readonly CountName[] {
  return [...inside.map(name => ({ name, isApart: false })), ...apart.map(name => ({ name, isApart: true }))]
}

export const cachedNames = kind(['cached_tokens', 'prompt_cached_tokens', 'prompt_cache_hit_tokens', 'cached_content_token_count'], ['cache_read_input_tokens'])
export const cacheWriteNames = kind(['cache_write_tokens', 'prompt_cache_write_tokens'], ['cache_creation_input_tokens', 'cache_write_input_tokens'])
/** Parts of what was written, by how long it is kept. */
export const hourWriteNames = kind(['cache_creation_ephemeral_1h_input_tokens', 'ephemeral_1h_input_tokens', 'cache_write_1h_input_tokens'])
export const minutesWriteNames = kind(['cache_creation_ephemeral_5m_input_tokens', 'ephemeral_5m_input_tokens', 'cache_write_5m_input_tokens'])
export const reasoningNames = kind([
  'reasoning_tokens',
  'completion_reasoning_tokens',
  'thought_tokens',
  'thoughts_token_count',
  'thinking_tokens',
  'completion_thinking_tokens',
])
export const audioInputNames = kind(['prompt_audio_tokens', 'audio_input_tokens'])
export const audioOutputNames = kind(['completion_audio_tokens', 'audio_output_tokens'])
export const imageInputNames = kind(['prompt_image_tokens'])
export const imageOutputNames = kind(['completion_image_tokens'])

/** The first that is above 0. */
export function firstCount(names: readonly CountName[], rawData: Readonly<Record<string, unknown>> | RawData): FoundCount | undefined {
  for (const { name, isApart } of names) {
    const tokens = rawData[name]
    if (typeof tokens === 'number' && tokens > 0) return { tokens, isApart }
  }
  return undefined
}
