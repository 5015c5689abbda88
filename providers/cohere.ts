/** Cohere. Facts: https://docs.cohere.com/reference */

import { defineProvider, type ModelEntry, type ModelTraits, type ProviderSettings } from '../core/index.ts'
import catalogue from './shared/catalogue.json' with { type: 'json' }
import { cohereTranscription } from './shared/cohere-transcription.ts'
import { factsOf, modelTraits, type ModelFacts, type ModelRow } from './shared/model-table.ts'
import { rerank } from './shared/rerank.ts'

/** What a model of the list can be used for here. */
const served = new Set(['chat', 'embed', 'rerank', 'transcriptions'])

/** Models that came before thinking do not take the word. */
const models: readonly ModelRow<ModelFacts>[] = [
  { models: /reasoning/, facts: { reasoning: true } },
  { models: /^(?:command-(?:r|light|nightly|a-(?:03|vision|translate))|command$|c4ai-)/, facts: { reasoning: false } },
]

export default defineProvider({
  name: 'cohere',
  description: 'Cohere',
  embeddingModel: 'embed-v4.0',
  catalogue: catalogue.cohere,
  baseUrl: 'https://api.cohere.com',
  needs: ['api_key'],
  dialects: ['cohere'],
  operations: {
    cohere_chat: 'POST /v2/chat',
    embeddings: 'POST /v2/embed',
    rerank: 'POST /v2/rerank',
    transcriptions: 'POST /v2/audio/transcriptions',
    models: 'GET /v1/models?page_size=1000',
  },
  adapters: { rerank, transcriptions: cohereTranscription },
  defaultHeaders: { 'X-Client-Name': 'tapline' },
  // A token that is no good.
  statuses: { 498: 401 },
  schema: { type: 'object', properties: { model_traits: modelTraits } },
  // Operations say the version themselves.
  resolve: ({ base_url: baseUrl }) => (baseUrl === undefined ? {} : { baseUrl: baseUrl.replace(/\/v[12]\/?$/, '') }),
  traits,
  models: readModels,
  nextPage: body => {
    const { next_page_token: token } = body as { readonly next_page_token?: unknown }
    return typeof token === 'string' && token !== '' ? `?page_size=1000&page_token=${encodeURIComponent(token)}` : undefined
  },
})

function traits(model: string, settings: ProviderSettings): ModelTraits {
  const { reasoning, ...facts } = factsOf(model, models, settings)
  return reasoning === undefined ? facts : { ...facts, thinking: reasoning ? 'budget' : 'none' }
}

interface Listed {
  readonly name: string
  readonly endpoints?: unknown
  readonly context_length?: unknown
  readonly features?: unknown
}

/** Those that serve an endpoint of ours; an entry that names none may serve any. */
function readModels(body: unknown): readonly ModelEntry[] {
  const list = (body as { readonly models?: unknown } | null)?.models
  if (!Array.isArray(list)) throw new Error('the model list is not {"models": […]}')
  return list
    .filter((entry): entry is Listed => typeof (entry as Partial<Listed> | null)?.name === 'string')
    .filter(({ endpoints }) => !Array.isArray(endpoints) || endpoints.length === 0 || endpoints.some(endpoint => served.has(endpoint as string)))
    .map(entryOf)
}

function entryOf({ name, endpoints, context_length: context, features }: Listed): ModelEntry {
  const metadata = {
    ...(typeof context === 'number' ? { context_window: context } : {}),
    ...(Array.isArray(endpoints) ? { endpoints: endpoints as unknown[] } : {}),
    ...(Array.isArray(features) ? { features: features as unknown[] } : {}),
  }
  return { id: name, owned_by: 'cohere', ...(Object.keys(metadata).length === 0 ? {} : { metadata }) }
}
