/** Rerank as Cohere and vLLM spell it. */

import { gatewayError, type AskedRequest, type Json, type JsonObject, type OperationAdapter, type Usage } from '../../core/index.ts'
import { isObject } from '../../core/neutral/arguments.ts'
import { randomIds } from '../../core/neutral/ids.ts'

interface Result {
  readonly index: number
  readonly relevance_score: number
}

export const rerank: OperationAdapter = {
  /** Documents are texts there; whether they come back is for us to see to. */
  request({ body: { return_documents: _, ...body } }) {
    return { ...body, documents: documentsOf(body).map(textOf) }
  },
  reply(said, asked) {
    const {
      to: { provider, model },
      body,
    } = asked
    if (!Array.isArray(said['results'])) throw gatewayError('bad_upstream_response', `${provider}: provider returned no results`, { provider })
    const results = said['results'].filter(isResult)
    const documents = body['return_documents'] === true ? documentsOf(body) : []
    const counted = countsOf(said)
    const reply = {
      id: typeof said['id'] === 'string' ? said['id'] : randomIds.hex('rerank-', 32),
      model: typeof said['model'] === 'string' ? said['model'] : model,
      provider,
      results: results.toSorted((one, other) => other.relevance_score - one.relevance_score).map(result => withDocument(result, documents)),
      ...(counted === undefined ? {} : { usage: counted }),
    }
    return { type: 'application/json', body: Buffer.from(JSON.stringify(reply)), ...usageOf(counted) }
  },
}

function documentsOf({ documents }: AskedRequest['body']): readonly Json[] {
  return Array.isArray(documents) ? documents : []
}

/** The text of a document that has one, else all of it. */
function textOf(document: Json): string {
  if (typeof document === 'string') return document
  return isObject(document) && typeof document['text'] === 'string' ? document['text'] : JSON.stringify(document)
}

function isResult(value: Json): value is Json & Result {
  return isObject(value) && typeof value['index'] === 'number' && typeof value['relevance_score'] === 'number'
}

/** The document is the caller's own; a bare text becomes an object with one. */
function withDocument({ index, relevance_score }: Result, documents: readonly Json[]): JsonObject {
  const document = documents[index]
  return { index, relevance_score, ...(document === undefined ? {} : { document: typeof document === 'string' ? { text: document } : document }) }
}

/** Cohere counts searches, vLLM tokens. */
function countsOf({ usage, meta }: JsonObject): JsonObject | undefined {
  if (isObject(usage)) return usage
  const billed = isObject(meta) ? meta['billed_units'] : undefined
  return isObject(billed) ? billed : undefined
}

function usageOf(counted: JsonObject | undefined): { usage?: Usage } {
  const tokens = [counted?.['prompt_tokens'], counted?.['input_tokens'], counted?.['total_tokens']].find(count => typeof count === 'number')
  return typeof tokens === 'number' ? { usage: { inputTokens: tokens } } : {}
}
