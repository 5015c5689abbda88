/** Google Vertex AI. Facts: https://cloud.google.com/vertex-ai/generative-ai/docs */

import {
  defineProvider,
  type CallFacts,
  type Endpoint,
  type JsonDocument,
  type ModelTraits,
  type ProviderCall,
  type ProviderDefinition,
  type ProviderSettings,
  type RespellFacts,
  type ResolvedFacts,
} from '../../core/index.ts'
import catalogue from '../shared/catalogue.json' with { type: 'json' }
import { compatRules } from '../shared/gemini-compat.ts'
import { bareId, geminiTraits, googleModels, isCompatible, modeVariable, nextGooglePage } from '../shared/gemini-models.ts'
import { googleImages, imagesPath } from '../shared/google-images.ts'
import { perInstance } from '../shared/per-instance.ts'
import { grantFor, type Settings } from './credentials.ts'
import { projectUrl } from './place.ts'
import { schema } from './schema.ts'
import { real, type VertexDeps } from './deps.ts'
import { TokenSource } from './token-source.ts'

const models = '/publishers/google/models'
const compatPath = '/endpoints/openapi'

const common = {
  embeddings: `POST ${models}/{model}:predict`,
  images: `POST ${models}/{model}:generateContent`,
  models: `GET ${models}?pageSize=1000`,
} as const satisfies Record<string, Endpoint>

const native = {
  generate: `POST ${models}/{model}:generateContent`,
  generate_stream: `POST ${models}/{model}:streamGenerateContent?alt=sse`,
  ...common,
} as const satisfies Record<string, Endpoint>

const compat = { chat: `POST ${compatPath}/chat/completions`, ...common } as const satisfies Record<string, Endpoint>

/** The type, with dependencies that tests may replace. */
export function vertex(deps: VertexDeps): ProviderDefinition {
  const tokensOf = perInstance((settings: Settings) => new TokenSource(grantFor(settings, deps), () => deps.now()))

  return defineProvider({
    name: 'vertex',
    description: 'Google Vertex AI',
    catalogue: catalogue.gemini,
    dialects: ['gemini'],
    operations: native,
    usageOnRequest: true,
    queryCredentials: ['key', 'access_token'],
    schema,
    variables: [modeVariable, 'GOOGLE_APPLICATION_CREDENTIALS', 'CLOUDSDK_CONFIG', 'GCE_METADATA_HOST'],
    resolve: settings => {
      tokensOf(settings)
      return facts(settings)
    },
    adapters: { images: googleImages },
    traits,
    respell,
    reroute,
    models: body => googleModels(body, 'publisherModels', id => `google/${id}`),
    nextPage: nextGooglePage,
    canonical: bareId,
    passthrough: (target, settings) => passedThrough(target, isCompatible(settings)),
    sign: (call, settings) => {
      const path = call.path.replace('/models/google%2F', '/models/')
      call.path = call.operation === 'images' ? imagesPath(path) : path
      const source = tokensOf(settings)
      const token = source.current
      return token === undefined ? source.renewed().then(renewed => authorize(call, renewed, settings)) : authorize(call, token, settings)
    },
    onUnauthorized: settings => tokensOf(settings).drop(),
  })
}

export default vertex(real)

/** @throws Error if there is no such place */
function facts(settings: Settings): ResolvedFacts {
  const { vertex_project: project, vertex_location: location, base_url: given } = settings
  const baseUrl = projectUrl(project, location, given)
  const listingUrl = baseUrl.replace(/\/v1\/projects\/.*$/, '/v1beta1')
  return isCompatible(settings) ? { baseUrl, listingUrl, dialects: ['openai-chat', 'gemini'], operations: compat } : { baseUrl, listingUrl }
}

function authorize({ headers }: ProviderCall, token: string, { vertex_project: project }: Settings): void {
  headers.push('Authorization', `Bearer ${token}`, 'x-goog-user-project', project)
}

/** Its newer models for embeddings take one text at a time. */
function traits(model: string, settings: ProviderSettings): ModelTraits {
  return geminiTraits(model, settings, /embedding/.test(model) ? { embeddingInputs: bareId(model).startsWith('gemini-') ? 1 : 250 } : {})
}

/** The compatible surface wants the publisher in front of the model. */
function respell(body: JsonDocument, call: RespellFacts): void {
  compatRules(body, call)
  if (call.dialect === 'openai-chat' && call.operation === 'chat' && !call.model.includes('/'))
    body.set(body.root, 'model', JSON.stringify(`google/${call.model}`))
}

/** Embeddings are Google's own in either mode. */
function reroute(_body: JsonDocument, { operation }: CallFacts): string | undefined {
  return operation === 'embeddings' ? 'gemini' : undefined
}

/** Callers write paths below the surface of the mode. */
function passedThrough(target: string, isCompat: boolean): string {
  if (/^\/(?:publishers|endpoints)\//.test(target)) return target
  return (isCompat ? compatPath : '/publishers/google') + target
}
