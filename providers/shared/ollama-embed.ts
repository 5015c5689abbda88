/** Embeddings by Ollama's own API, which OpenAI's likeness of it cuts without saying so. */

import { gatewayError, type JsonObject } from '../../core/index.ts'
import { checkEmbeddings, embeddingList, embeddingTexts, vectorOf } from '../../core/neutral/embeddings.ts'
import type { Json } from '../../core/neutral/request.ts'
import type { OperationAdapter } from '../../core/plugin/adapter.ts'

export const ollamaEmbeddings: OperationAdapter = {
  request({ body, losses }) {
    if (body['user'] !== undefined && body['user'] !== null) losses.silent('user', 'not taken by Ollama')
    const { dimensions, truncate } = body
    return { model: body['model'] ?? null, input: embeddingTexts(body), ...isSaid('dimensions', dimensions), ...isSaid('truncate', truncate) }
  },
  reply(json, { body, to }) {
    const vectors = Array.isArray(json['embeddings']) ? (json['embeddings'] as readonly Json[]).map(vector => vectorOf(vector, to.provider)) : []
    checkEmbeddings(vectors, body, to.provider)
    const texts = embeddingTexts(body)
    if (vectors.some((vector, at) => texts[at] !== '' && vector.every(value => value === 0))) {
      throw gatewayError(
        'bad_upstream_response',
        `${to.provider}: provider returned an embedding of zeros: the model may be none for embeddings, or the input longer than its context`,
        { provider: to.provider },
      )
    }
    const { model, prompt_eval_count: count } = json
    const inputTokens = typeof count === 'number' ? count : undefined
    const list = embeddingList({ vectors, model: typeof model === 'string' ? model : to.model, inputTokens }, body)
    return { type: 'application/json', body: Buffer.from(JSON.stringify(list)), ...(inputTokens === undefined ? {} : { usage: { inputTokens } }) }
  },
}

function isSaid(name: string, value: Json | undefined): JsonObject {
  return value === undefined || value === null ? {} : { [name]: value }
}
