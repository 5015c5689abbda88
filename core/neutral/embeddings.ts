/** What dialects share that spell OpenAI's embeddings otherwise: the texts of a request, and the list that answers it. */

import { gatewayError } from '../errors.ts'
import type { GatewayError } from '../errors.ts'
import { isRaw } from './json.ts'
import { refusal } from './losses.ts'
import type { Json, JsonObject } from './request.ts'

/** The texts to embed. @throws GatewayError 400 for tokens, which only their own vendor can read */
export function embeddingTexts({ input }: JsonObject): readonly string[] {
  const texts = typeof input === 'string' ? [input] : input
  if (!Array.isArray(texts) || texts.length === 0) throw gatewayError('invalid_value', 'input must be a text, or a list of texts', { param: 'input' })
  if (!texts.every(text => typeof text === 'string')) throw refusal('input', 'input must be text: the provider takes no tokens')
  return texts
}

/** Cuts a list into lists of at most `size`. */
export function batched<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, batch) => items.slice(batch * size, (batch + 1) * size))
}

export interface Embeddings {
  /** In the order of the texts: as numbers (see `vectorOf`), or in base64 already. */
  readonly vectors: readonly (readonly Json[] | string)[]
  readonly model: string
  /** Absent if the provider does not say. */
  readonly inputTokens?: number | undefined
  readonly totalTokens?: number | undefined
}

/** OpenAI's list, in the encoding that the request asks for. */
export function embeddingList({ vectors, model, inputTokens, totalTokens = inputTokens }: Embeddings, request: JsonObject): JsonObject {
  const encode = request['encoding_format'] === 'base64' ? packed : unpacked
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: encode(vector) })),
    model,
    ...(inputTokens === undefined ? {} : { usage: { prompt_tokens: inputTokens, total_tokens: totalTokens ?? inputTokens } }),
  }
}

/** @throws GatewayError 502 unless there is a vector for each text */
export function checkEmbeddings(vectors: readonly unknown[], request: JsonObject, provider: string): void {
  const wanted = embeddingTexts(request).length
  if (vectors.length !== wanted) throw unusable(provider, `returned ${vectors.length} embeddings for ${wanted} inputs`)
}

/** A list of numbers, long ones as they were spelled. @throws GatewayError 502 if it is none */
export function vectorOf(vector: Json | undefined, provider: string): readonly Json[] {
  if (Array.isArray(vector) && vector.length > 0 && vector.every(value => Number.isFinite(numberOf(value as Json)))) return vector as readonly Json[]
  throw unusable(provider, 'returned an embedding that is none')
}

/** A number as JavaScript has it, also of raw JSON; `NaN` for anything else. */
function numberOf(value: Json): number {
  if (typeof value === 'number') return value
  return isRaw(value) ? Number(JSON.stringify(value)) : Number.NaN
}

function unusable(provider: string, what: string): GatewayError {
  return gatewayError('bad_upstream_response', `${provider}: provider ${what}`, { provider })
}

/** Little-endian float32 in base64, as OpenAI spells it. */
function packed(vector: readonly Json[] | string): string {
  if (typeof vector === 'string') return vector
  const bytes = Buffer.alloc(vector.length * 4)
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(numberOf(value), index * 4)
  return bytes.toString('base64')
}

function unpacked(vector: readonly Json[] | string): readonly Json[] {
  if (typeof vector !== 'string') return vector
  const bytes = Buffer.from(vector, 'base64')
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => bytes.readFloatLE(index * 4))
}
