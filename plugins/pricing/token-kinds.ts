/** The kinds of tokens that have prices of their own, by the type of the provider: what they are called, and whether the base count holds them. */

import {
  audioInputNames,
  audioOutputNames,
  cachedNames,
  cacheWriteNames,
  imageInputNames,
  imageOutputNames,
  reasoningNames,
  type CountName,
} from '../shared/usage/count-names.ts'
import type { RateName } from './price-list.ts'

export interface TokenKind {
  readonly side: 'input' | 'output'
  readonly rate: RateName
  /** The first name that is there counts. */
  readonly names: readonly CountName[]
  /** Of tokens beside the base count that have no rate: so many times the base rate. */
  readonly timesBase: number
}

const cached: TokenKind = { side: 'input', rate: 'cached_input_per_mtok', names: cachedNames, timesBase: 1 }
/** Where no price says otherwise, a write that lasts minutes costs a quarter more than the prompt. */
const cacheWrite: TokenKind = { side: 'input', rate: 'cache_write_per_mtok', names: cacheWriteNames, timesBase: 1.25 }
const reasoning: TokenKind = { side: 'output', rate: 'reasoning_output_per_mtok', names: reasoningNames, timesBase: 1 }
const audio: readonly TokenKind[] = [
  { side: 'input', rate: 'audio_input_per_mtok', names: audioInputNames, timesBase: 1 },
  { side: 'output', rate: 'audio_output_per_mtok', names: audioOutputNames, timesBase: 1 },
]
const images: readonly TokenKind[] = [
  { side: 'input', rate: 'input_image_per_mtok', names: imageInputNames, timesBase: 1 },
  { side: 'output', rate: 'output_image_per_mtok', names: imageOutputNames, timesBase: 1 },
]

/** OpenAI's schema, with the names that mean "beside the prompt" wherever they come. */
const usual = [cached, cacheWrite, reasoning, ...audio, ...images]

const ofTypes: Readonly<Record<string, readonly TokenKind[]>> = {
  anthropic: [beside(cached), beside(cacheWrite), reasoning],
  gemini: [cached, reasoning, ...audio, ...images],
  groq: [cached, reasoning],
  xai: [cached, beside(reasoning)],
}

export function tokenKindsOf(type: string): readonly TokenKind[] {
  return Object.hasOwn(ofTypes, type) ? (ofTypes[type] ?? usual) : usual
}

/** The same kind where the base count never holds it; the names that mean so come first. */
function beside(kind: TokenKind): TokenKind {
  const apart = kind.names.filter(({ isApart }) => isApart)
  return { ...kind, names: [...apart, ...kind.names.filter(({ isApart }) => !isApart).map(({ name }) => ({ name, isApart: true }))] }
}
