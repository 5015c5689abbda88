/** Google AI Studio. Facts: https://ai.google.dev/api */

import { defineProvider, type Endpoint, type ProviderCall, type ProviderSettings, type ResolvedFacts } from '../core/index.ts'
import catalogue from './shared/catalogue.json' with { type: 'json' }
import { batchOperations, fileOperations } from './shared/openai-objects.ts'
import { compatRules } from './shared/gemini-compat.ts'
import { googleOrCompatibleImages, imagesPath } from './shared/google-images.ts'
import { keyAsBearer } from './shared/key-as-bearer.ts'
import { apiModeOption, bareId, geminiTraits, geminiTraitsOption, googleModels, isCompatible, modeVariable, nextGooglePage } from './shared/gemini-models.ts'
import { geminiPromptCache } from './shared/prompt-cache.ts'

const compatSuffix = '/openai'
const keyHeader = 'x-goog-api-key'

const native = {
  generate: 'POST /models/{model}:generateContent',
  generate_stream: 'POST /models/{model}:streamGenerateContent?alt=sse',
  embeddings: 'POST /models/{model}:batchEmbedContents',
  images: 'POST /models/{model}:generateContent',
  cached_contents: 'POST /cachedContents',
  models: 'GET /models?pageSize=1000',
  ...fileOperations(compatSuffix),
  ...batchOperations(compatSuffix),
} as const satisfies Record<string, Endpoint>

const compat = {
  chat: 'POST /chat/completions',
  embeddings: 'POST /embeddings',
  images: 'POST /images/generations',
  models: 'GET /models',
  ...fileOperations(),
  ...batchOperations(),
} as const satisfies Record<string, Endpoint>

export default defineProvider({
  name: 'gemini',
  description: 'Google AI Studio',
  embeddingModel: 'gemini-embedding-001',
  catalogue: catalogue.gemini,
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  needs: ['api_key'],
  auth: { header: keyHeader },
  dialects: ['gemini'],
  operations: native,
  usageOnRequest: true,
  queryCredentials: ['key', 'access_token'],
  variables: [modeVariable],
  schema: { type: 'object', properties: { api_mode: apiModeOption, model_traits: geminiTraitsOption } },
  resolve,
  adapters: { images: googleOrCompatibleImages },
  traits: (model, settings) => geminiTraits(model, settings, isCompatible(settings) ? {} : geminiPromptCache(bareId(model))),
  respell: compatRules,
  models: body => googleModels(body, 'models'),
  nextPage: nextGooglePage,
  canonical: bareId,
  sign,
})

/** A base URL may be that of either surface: the compatible one lies below the native one. */
function resolve(settings: ProviderSettings): ResolvedFacts {
  const { base_url: given = '' } = settings
  const base = given.endsWith(compatSuffix) ? given.slice(0, -compatSuffix.length) : given
  if (!isCompatible(settings)) return { baseUrl: base }
  return { baseUrl: base + compatSuffix, dialects: ['openai-chat', 'openai-media'], operations: compat }
}

/** The compatible surface takes the key as OpenAI does; and ids stand in paths without `models/`. */
function sign(call: ProviderCall, settings: ProviderSettings): void {
  const path = call.path.replace('/models/models%2F', '/models/')
  call.path = call.operation === 'images' ? imagesPath(path) : path
  if (!isCompatible(settings) && !path.startsWith(`${compatSuffix}/`)) return
  keyAsBearer(call.headers, keyHeader)
}
