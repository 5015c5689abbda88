/** Azure OpenAI. Facts: https://learn.microsoft.com/azure/ai-foundry/openai/reference */

import {
  defineProvider,
  type CallFacts,
  type Endpoint,
  type OptionsSchema,
  type ProviderSettings,
  type Refusal,
  type ResolvedFacts,
  type RespellFacts,
  type SettingsOf,
} from '../core/index.ts'
import catalogue from './shared/catalogue.json' with { type: 'json' }
import { isObject } from '../core/neutral/arguments.ts'
import { tokensField } from './shared/fields.ts'
import { modelTraits } from './shared/model-table.ts'
import { openAiDetour } from './shared/openai-detours.ts'
import { openAiTraits } from './shared/openai-models.ts'
import { openAiRules } from './shared/openai-rules.ts'
import type { JsonDocument } from '../core/index.ts'
import { batchOperations, fileOperations, responseOperations } from './shared/openai-objects.ts'

/** Below a deployment, and at the resource's root: paths of the dated API. */
const ofDeployment = {
  chat: '/chat/completions',
  embeddings: '/embeddings',
  speech: '/audio/speech',
  transcriptions: '/audio/transcriptions',
  translations: '/audio/translations',
  images: '/images/generations',
  image_edits: '/images/edits',
} as const
const ofResource = { responses: '/responses', responses_input_tokens: '/responses/input_tokens', responses_compact: '/responses/compact' } as const

const schema = {
  type: 'object',
  properties: {
    api_version: { type: 'string', minLength: 1, default: '2024-10-21', env: 'API_VERSION', description: "The dated API's version; the v1 API has none." },
    model_traits: modelTraits,
  },
} as const satisfies OptionsSchema

type Settings = SettingsOf<typeof schema>

const rules = openAiRules(modelOf)

export default defineProvider({
  name: 'azure',
  description: 'Azure OpenAI',
  catalogue: catalogue.openai,
  needs: ['api_key', 'base_url'],
  auth: { header: 'api-key' },
  dialects: ['openai-chat', 'openai-responses'],
  operations: {
    ...posts('', ofDeployment),
    ...posts('', ofResource),
    ...fileOperations(),
    ...batchOperations(),
    ...responseOperations(),
    models: 'GET /models',
  },
  requestIdHeader: 'X-Client-Request-Id',
  usageOnRequest: true,
  queryCredentials: ['api-key'],
  schema,
  resolve,
  traits: (model, settings) => openAiTraits(baseModel(model, settings), settings),
  respell,
  reroute: openAiDetour(modelOf),
  learn,
  // The dated API says paths without /v1.
  batchPath: (path, settings) => (formOf(settings).version === undefined ? path : path.replace(/^\/v1\//, '/')),
  passthrough: (target, settings) => {
    const { version } = formOf(settings)
    return version === undefined || /[?&]api-version=/.test(target) ? target : `${target}${target.includes('?') ? '&' : '?'}api-version=${version}`
  },
})

interface Form {
  /** Where everything is, also what is passed through. */
  readonly root: string
  /** Below the root: where chat and its kin are served. */
  readonly deployment: string
  /** Below the root: where the rest is served. */
  readonly resource: string
  /** Of the dated API. */
  readonly version?: string
}

/** What a base URL says of where calls go: a deployment, a resource, the v1 API, or somebody's gateway. */
function formOf({ base_url: url = '', api_version: said }: Settings): Form {
  const version = encodeURIComponent(said)
  const pinned = /^(.*?)(\/openai\/deployments\/[^/]+)$/.exec(url)
  if (pinned !== null) return { root: pinned[1] ?? '', deployment: pinned[2] ?? '', resource: '/openai', version }
  if (url.endsWith('/openai/v1')) return { root: url, deployment: '', resource: '' }
  const resource = /^(https?:\/\/[^/]+)(?:\/openai)?$/.exec(url)
  if (resource !== null) return { root: resource[1] ?? '', deployment: '/openai/deployments/{model}', resource: '/openai', version }
  return { root: url, deployment: '', resource: '', version }
}

function resolve(settings: Settings): ResolvedFacts {
  const { root, deployment, resource, version } = formOf(settings)
  const query = version === undefined ? '' : `?api-version=${version}`
  return {
    baseUrl: root,
    operations: {
      ...posts(deployment, ofDeployment, query),
      ...posts(resource, ofResource, query),
      ...fileOperations(resource, query),
      ...batchOperations(resource, query),
      ...responseOperations(resource, query),
      models: `GET ${resource}/models${query}` as Endpoint,
    },
  }
}

function posts(below: string, paths: Readonly<Record<string, string>>, query = ''): Record<string, Endpoint> {
  return Object.fromEntries(Object.entries(paths).map(([operation, path]): [string, Endpoint] => [operation, `POST ${below}${path}${query}` as Endpoint]))
}

/** A deployment's name says nothing of its model unless the configuration does; it is taken for one, and what it refuses is learned. */
function modelOf({ model, settings }: CallFacts): string {
  return baseModel(model, settings)
}

function baseModel(model: string, { models }: ProviderSettings): string {
  const configured = Array.isArray(models)
    ? (models.find(entry => isObject(entry) && entry['id'] === model) as { readonly metadata?: { readonly base_model?: unknown } } | undefined)
    : undefined
  const base = configured?.metadata?.base_model
  return typeof base === 'string' ? base : model
}

const wantsNewField = (model: string) => `max-completion-tokens:${model}`

function respell(body: JsonDocument, call: RespellFacts): void {
  rules(body, call)
  if (call.operation === 'chat' && call.learned?.has(wantsNewField(call.model)) === true) tokensField('max_completion_tokens')(body, call)
}

/** A deployment that refuses `max_tokens` wants the newer name. */
function learn({ status, code, param, message }: Refusal, { model, dialect }: CallFacts): string | undefined {
  const isRefused =
    status === 400 && dialect === 'openai-chat' && code === 'unsupported_parameter' && (param === 'max_tokens' || message.includes('max_tokens'))
  return isRefused ? wantsNewField(model) : undefined
}
