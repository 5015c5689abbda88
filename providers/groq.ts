/** Groq. Facts: https://console.groq.com/docs */

import { defineProvider, gatewayError, type GatewayError, type JsonDocument, type JsonObject, type RespellFacts } from '../core/index.ts'
import catalogue from './shared/catalogue.json' with { type: 'json' }
import { isObject } from '../core/neutral/arguments.ts'
import { clampedEffort, flatEffort, takeEffort } from './shared/effort.ts'
import { drop, noLogprobs, oneAnswer } from './shared/fields.ts'
import { listOf } from './shared/listing.ts'
import { developerAsSystem, dropNames, dropThoughts } from './shared/messages.ts'
import { factsOf, modelTraits, type ModelFacts, type ModelRow } from './shared/model-table.ts'
import { forChat, said } from './shared/rule.ts'
import { batchOperations, fileOperations } from './shared/openai-objects.ts'

interface GroqFacts extends ModelFacts {
  /** It takes `reasoning_format`. */
  readonly formats?: boolean
}

const models: readonly ModelRow<GroqFacts>[] = [
  { models: /gpt-oss/, facts: { reasoning: true, efforts: ['low', 'medium', 'high'] } },
  { models: /qwen-?3/, facts: { reasoning: true, formats: true, efforts: ['none', 'default'] } },
  { models: /deepseek-r1|qwq/, facts: { reasoning: true, formats: true, efforts: [] } },
]

export default defineProvider({
  name: 'groq',
  description: 'Groq',
  catalogue: catalogue.groq,
  baseUrl: 'https://api.groq.com/openai/v1',
  needs: ['api_key'],
  dialects: ['openai-chat'],
  operations: {
    chat: 'POST /chat/completions',
    responses: 'POST /responses',
    embeddings: 'POST /embeddings',
    speech: 'POST /audio/speech',
    transcriptions: 'POST /audio/transcriptions',
    translations: 'POST /audio/translations',
    ...fileOperations(),
    ...batchOperations(),
    models: 'GET /models',
  },
  errorMembers: ['failed_generation'],
  schema: { type: 'object', properties: { model_traits: modelTraits } },
  traits: () => ({ vendor: 'groq' }),
  respell: forChat(
    developerAsSystem,
    dropNames('Groq'),
    drop('Groq', 'logit_bias'),
    noLogprobs('Groq'),
    oneAnswer('Groq'),
    flatEffort,
    effort,
    parsedReasoning,
    dropThoughts,
  ),
  fault,
  models: body => listOf(activeOf(body), ({ context_window, max_completion_tokens: max_output_tokens }) => ({ context_window, max_output_tokens })),
})

function effort(body: JsonDocument, { model, settings, losses }: RespellFacts): void {
  const { efforts = [] } = factsOf(model, models, settings)
  if (!efforts.includes('default')) return clampedEffort(body, efforts, losses)
  const word = takeEffort(body)
  if (word !== undefined) body.set(body.root, 'reasoning_effort', word === 'none' ? '"none"' : '"default"')
}

/** Thoughts come apart from the text, unless the caller says otherwise. */
function parsedReasoning(body: JsonDocument, { model, settings }: RespellFacts): void {
  const facts: GroqFacts = factsOf(model, models, settings)
  const isSaid = ['reasoning_format', 'include_reasoning'].some(name => said(body.root, name) !== undefined)
  if (facts.formats === true && !isSaid) body.set(body.root, 'reasoning_format', '"parsed"')
}

/** The last event of a stream may hold an error beside the answer. */
function fault({ x_groq: own }: JsonObject, provider: string): GatewayError | undefined {
  const error = isObject(own) ? own['error'] : undefined
  if (error === undefined || error === null) return undefined
  const message = isObject(error) ? error['message'] : error
  return gatewayError('bad_upstream_response', typeof message === 'string' ? message : `${provider} failed`, { provider })
}

/** The list without what is switched off. */
function activeOf(body: unknown): unknown {
  const data = (body as { readonly data?: unknown } | null)?.data
  return Array.isArray(data) ? data.filter(entry => (entry as { readonly active?: unknown } | null)?.active !== false) : body
}
