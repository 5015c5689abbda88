/** Embeddings by `doEmbed`: the package says how many texts go into one call, so they are cut there. */

import { gatewayError, type Json, type JsonObject } from '../../../core/index.ts'
import type { Losses } from '../../../core/neutral/losses.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import { checkEmbeddings, embeddingList, embeddingTexts, vectorOf } from '../../../core/neutral/embeddings.ts'
import type { EmbeddingsSide, Destination, SpelledRequest } from '../../../core/neutral/translation.ts'
import { dialect } from './writing.ts'

const known = new Set(['model', 'input', 'dimensions', 'encoding_format', 'user', 'provider', 'extra_body'])

export const embeddings: EmbeddingsSide = { operation: 'embed', request, reply }

/** The body is `{"model", "values", "options"}`. */
function request(body: JsonObject, { model }: Destination, losses: Losses): SpelledRequest {
  const { dimensions, user, extra_body: extra } = body
  for (const name of Object.keys(body)) if (!known.has(name)) losses.drop(name, `not taken by ${dialect}`)
  const own: JsonObject = { ...(typeof dimensions === 'number' ? { dimensions } : {}), ...(typeof user === 'string' ? { user } : {}) }
  const options: JsonObject = {
    ...(typeof dimensions === 'number' ? { dimensions } : {}),
    providerOptions: {
      ...(Object.keys(own).length === 0 ? {} : { openai: own }),
      ...(typeof dimensions === 'number' ? { google: { outputDimensionality: dimensions } } : {}),
      ...(isObject(extra) ? extra : {}),
    },
  }
  return { body: Buffer.from(JSON.stringify({ model, values: embeddingTexts(body), options })) }
}

function reply([said]: readonly JsonObject[], { model, provider }: Destination, asked: JsonObject): JsonObject {
  const vectors = said?.['embeddings']
  if (said === undefined || !Array.isArray(vectors)) throw gatewayError('bad_upstream_response', `${provider}: provider returned no embeddings`, { provider })
  checkEmbeddings(vectors, asked, provider)
  const { usage } = said
  const tokens = isObject(usage) ? usage['tokens'] : undefined
  return embeddingList(
    { vectors: (vectors as readonly Json[]).map(vector => vectorOf(vector, provider)), model, inputTokens: typeof tokens === 'number' ? tokens : undefined },
    asked,
  )
}
