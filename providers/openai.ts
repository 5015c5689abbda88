/** OpenAI. Facts: https://platform.openai.com/docs/api-reference */

import { defineProvider, type CallFacts, type ProviderSettings, type Refusal } from '../core/index.ts'
import catalogue from './shared/catalogue.json' with { type: 'json' }
import { modelTraits } from './shared/model-table.ts'
import { openAiDetour, toolsByResponses } from './shared/openai-detours.ts'
import { openAiTraits } from './shared/openai-models.ts'
import { openAiRules } from './shared/openai-rules.ts'
import { perInstance } from './shared/per-instance.ts'
import { openAiPromptCache } from './shared/prompt-cache.ts'
import { batchOperations, fileOperations, responseOperations } from './shared/openai-objects.ts'

const modelOf = ({ model }: CallFacts) => model
const rules = openAiRules(modelOf)
const detour = openAiDetour(modelOf)

export default defineProvider({
  name: 'openai',
  description: 'OpenAI',
  embeddingModel: 'text-embedding-3-small',
  catalogue: catalogue.openai,
  baseUrl: 'https://api.openai.com/v1',
  needs: ['api_key'],
  dialects: ['openai-chat', 'openai-responses'],
  operations: {
    chat: 'POST /chat/completions',
    responses: 'POST /responses',
    responses_input_tokens: 'POST /responses/input_tokens',
    responses_compact: 'POST /responses/compact',
    ...responseOperations(),
    embeddings: 'POST /embeddings',
    speech: 'POST /audio/speech',
    transcriptions: 'POST /audio/transcriptions',
    translations: 'POST /audio/translations',
    images: 'POST /images/generations',
    image_edits: 'POST /images/edits',
    image_variations: 'POST /images/variations',
    moderations: 'POST /moderations',
    ...fileOperations(),
    ...batchOperations(),
    models: 'GET /models',
  },
  requestIdHeader: 'X-Client-Request-Id',
  usageOnRequest: true,
  schema: {
    type: 'object',
    properties: {
      organization: { type: 'string', minLength: 1, description: 'Sent as OpenAI-Organization.' },
      project: { type: 'string', minLength: 1, description: 'Sent as OpenAI-Project.' },
      strict_openai_models: { type: 'boolean', description: "Whether calls are spelled for OpenAI's models although base_url is not OpenAI's." },
      model_traits: modelTraits,
    },
  },
  resolve: ({ organization, project }) => ({
    defaultHeaders: {
      ...(organization === undefined ? {} : { 'OpenAI-Organization': organization }),
      ...(project === undefined ? {} : { 'OpenAI-Project': project }),
    },
  }),
  traits: (model, settings) => ({ ...(isStrict(settings) ? openAiPromptCache(model) : {}), ...openAiTraits(model, settings) }),
  respell: (body, call) => {
    if (isStrict(call.settings)) rules(body, call)
  },
  reroute: (body, call) => (isStrict(call.settings) ? detour(body, call) : undefined),
  learn,
})

/** Servers that only resemble OpenAI's take what they take. */
const isStrict = perInstance(
  ({ base_url: url = 'https://api.openai.com/v1', strict_openai_models: isForced }: ProviderSettings) =>
    isForced === true || (isForced === undefined && /(?:^|\.)openai\.com$/.test(URL.parse(url)?.hostname ?? '')),
)

/** Which models take tools on /responses only is known of some; others say so when they are asked. */
function learn({ status, message }: Refusal, { model, dialect }: CallFacts): string | undefined {
  const says = status === 400 && dialect === 'openai-chat' && /\btools?\b/i.test(message) && /\/v1\/responses|responses api|\/responses\b/i.test(message)
  return says ? toolsByResponses(model) : undefined
}
