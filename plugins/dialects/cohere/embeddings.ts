/** Embeddings of Cohere: at most 96 texts in one call. */

import type { Json, JsonObject } from '../../../core/index.ts'
import { refusal, type Losses } from '../../../core/neutral/losses.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import { batched, checkEmbeddings, embeddingList, embeddingTexts, vectorOf } from '../../../core/neutral/embeddings.ts'
import type { EmbeddingsSide, Destination, SpelledRequest } from '../../../core/neutral/translation.ts'
import { errorIn } from './facts.ts'
import { dialect } from './writing.ts'

const textsPerCall = 96

const known = new Set(['model', 'input', 'dimensions', 'encoding_format', 'user', 'provider', 'extra_body'])
/** What would be embedded beside the input. */
const reserved = ['texts', 'inputs', 'images']

export const embeddings: EmbeddingsSide = { operation: 'embeddings', request, reply }

function request(body: JsonObject, { model, traits }: Destination, losses: Losses): readonly SpelledRequest[] {
  if (body['user'] !== undefined && body['user'] !== null) losses.silent('user', `not taken by ${dialect}`)
  const { dimensions } = body
  const settings = {
    input_type: 'search_document',
    ...own(body),
    embedding_types: [body['encoding_format'] === 'base64' ? 'base64' : 'float'],
    ...(dimensions === undefined || dimensions === null ? {} : { output_dimension: dimensions }),
  }
  return batched(embeddingTexts(body), traits.embeddingInputs ?? textsPerCall).map(texts => ({
    body: Buffer.from(JSON.stringify({ ...settings, model, texts })),
  }))
}

/** Members that OpenAI does not know: `input_type`, `truncate`. */
function own(body: JsonObject): JsonObject {
  const extra = isObject(body['extra_body']) && isObject(body['extra_body']['cohere']) ? body['extra_body']['cohere'] : {}
  const unknown = Object.entries(body).filter(([name]) => !known.has(name))
  const members = { ...Object.fromEntries(unknown), ...extra }
  const name = reserved.find(each => Object.hasOwn(members, each))
  if (name !== undefined) throw refusal(Object.hasOwn(extra, name) ? `extra_body.cohere.${name}` : name, `${name} is not taken beside the input`)
  return members
}

function reply(replies: readonly JsonObject[], { model, provider }: Destination, request: JsonObject): JsonObject {
  for (const error of replies.map(reply => errorIn(reply, provider))) if (error !== undefined) throw error
  const vectors = replies.flatMap(vectorsOf)
  checkEmbeddings(vectors, request, provider)
  const counts = replies.map(tokensOf)
  const inputTokens = counts.every(count => count !== undefined) ? counts.reduce((sum, count) => sum + count, 0) : undefined
  return embeddingList({ vectors: vectors.map(vector => (typeof vector === 'string' ? vector : vectorOf(vector, provider))), model, inputTokens }, request)
}

function vectorsOf({ embeddings: found }: JsonObject): readonly Json[] {
  const { float, base64 } = isObject(found) ? found : {}
  const list = float ?? base64
  return Array.isArray(list) ? (list as readonly Json[]) : []
}

function tokensOf({ meta }: JsonObject): number | undefined {
  const units = isObject(meta) ? meta['billed_units'] : undefined
  const tokens = isObject(units) ? units['input_tokens'] : undefined
  return typeof tokens === 'number' ? tokens : undefined
}
