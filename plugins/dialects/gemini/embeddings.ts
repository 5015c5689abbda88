/** Embeddings by Google's two ways: `batchEmbedContents` of AI Studio and `predict` of Vertex AI. */

import type { Json, JsonObject } from '../../../core/index.ts'
import { refusal, type Losses } from '../../../core/neutral/losses.ts'
import type { EmbeddingsSide, Destination, SpelledRequest } from '../../../core/neutral/translation.ts'
import { batched, checkEmbeddings, embeddingList, embeddingTexts, vectorOf } from '../../../core/neutral/embeddings.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import { countIn, objectIn, objectsIn } from './fields.ts'
import { errorIn, vendorError } from './vendor-error.ts'

/** How many texts one call takes, where the provider's tables do not say. */
const inputsPerCall = 100

const known = new Set(['model', 'input', 'dimensions', 'encoding_format', 'user', 'provider', 'extra_body'])

export const embeddings: EmbeddingsSide = { operation: 'embeddings', request, reply }

function request(body: JsonObject, to: Destination, losses: Losses): readonly SpelledRequest[] {
  if (body['user'] !== undefined) losses.silent('user', 'not taken by Gemini')
  const spell = to.type === 'vertex' ? predictBody : batchBody
  return batched(embeddingTexts(body), to.traits.embeddingInputs ?? inputsPerCall).map(texts => ({ body: Buffer.from(JSON.stringify(spell(texts, body, to))) }))
}

/** The model stands in each request as Google lists it, which a caller may have done already. */
function batchBody(texts: readonly string[], body: JsonObject, { model: id }: Destination): JsonObject {
  const { dimensions } = body
  const model = id.startsWith('models/') ? id : `models/${id}`
  const settings = { ...(dimensions === undefined || dimensions === null ? {} : { outputDimensionality: dimensions }), ...own(body) }
  return { requests: texts.map((text): Json => ({ model, content: { parts: [{ text }] }, ...settings })) }
}

/** What the caller says beyond OpenAI's request belongs to each text, but how long texts are cut. */
function predictBody(texts: readonly string[], body: JsonObject): JsonObject {
  const { dimensions } = body
  const { autoTruncate, auto_truncate: truncate = autoTruncate, ...settings } = own(body)
  const parameters = {
    ...(truncate === undefined ? {} : { autoTruncate: truncate }),
    ...(dimensions === undefined || dimensions === null ? {} : { outputDimensionality: dimensions }),
  }
  return {
    instances: texts.map((content): Json => ({ content, ...settings })),
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
  }
}

/** Members that OpenAI does not know: `task_type`, `title`. */
function own(body: JsonObject): JsonObject {
  const extra = isObject(body['extra_body']) ? body['extra_body'] : {}
  const google = [body['google'], extra['google']].find(isObject)
  for (const name of ['content', 'model']) if (google?.[name] !== undefined) throw refusal(`extra_body.google.${name}`, `${name} is not taken beside the input`)
  const unknown = Object.entries(body).filter(([name]) => !known.has(name) && name !== 'google' && name !== 'content')
  return { ...Object.fromEntries(unknown), ...google }
}

function reply(replies: readonly JsonObject[], { model, provider, type }: Destination, request: JsonObject): JsonObject {
  for (const error of replies.map(errorIn)) if (error !== undefined) throw vendorError(error, provider)
  const read = type === 'vertex' ? predictions : batch
  const results = replies.map(read)
  const vectors = results.flatMap(result => result.vectors)
  checkEmbeddings(vectors, request, provider)
  const counts = results.map(({ tokens }) => tokens)
  const inputTokens = counts.every(count => count !== undefined) ? counts.reduce((sum, count) => sum + count, 0) : undefined
  return embeddingList({ vectors: vectors.map(vector => vectorOf(vector, provider)), model, inputTokens }, request)
}

interface Result {
  readonly vectors: readonly (Json | undefined)[]
  /** Absent if the provider does not say. */
  readonly tokens: number | undefined
}

function batch(reply: JsonObject): Result {
  const usage = objectIn(reply, 'usageMetadata')
  return { vectors: objectsIn(reply, 'embeddings').map(({ values }) => values), tokens: usage === undefined ? undefined : countIn(usage, 'promptTokenCount') }
}

function predictions(reply: JsonObject): Result {
  const found = objectsIn(reply, 'predictions').map(prediction => objectIn(prediction, 'embeddings') ?? {})
  const counts = found.map(embedding => countIn(objectIn(embedding, 'statistics') ?? {}, 'token_count'))
  return {
    vectors: found.map(({ values }) => values),
    tokens: counts.every(count => count !== undefined) ? counts.reduce((sum, count) => sum + count, 0) : undefined,
  }
}
