/** xAI. Facts: https://docs.x.ai/docs/api-reference */

import { createHash } from 'node:crypto'
import { defineProvider, hasHeader, JsonDocument, type CallFacts, type ProviderCall, type RespellFacts } from '../core/index.ts'
import catalogue from './shared/catalogue.json' with { type: 'json' }
import { clampedEffort, clampedReasoning, flatEffort } from './shared/effort.ts'
import { drop, stopHere, stopsOf } from './shared/fields.ts'
import { factsOf, modelTraits, traitsOf, type ModelFacts, type ModelRow } from './shared/model-table.ts'
import { all, forChat } from './shared/rule.ts'
import { batchOperations, fileOperations } from './shared/openai-objects.ts'
import { xaiImageEdits, xaiImages } from './shared/xai-images.ts'

/** The first row counts. Some reasoning models refuse to be told how hard to think. */
const models: readonly ModelRow<ModelFacts>[] = [
  { models: /non-reasoning/, facts: { efforts: [] } },
  { models: /^grok-3-mini/, facts: { reasoning: true, efforts: ['low', 'high'] } },
  { models: /^grok-[23]/, facts: { efforts: [] } },
  { models: /^grok-(?:4(?:-|$)|4-fast|4-1|4\.1|code)/, facts: { reasoning: true, efforts: [] } },
  { models: /^grok-/, facts: { reasoning: true, efforts: ['none', 'low', 'medium', 'high'] } },
]

export default defineProvider({
  name: 'xai',
  description: 'xAI',
  catalogue: catalogue.xai,
  baseUrl: 'https://api.x.ai/v1',
  needs: ['api_key'],
  dialects: ['openai-chat', 'openai-responses'],
  operations: {
    chat: 'POST /chat/completions',
    responses: 'POST /responses',
    responses_get: 'GET /responses/{id}',
    responses_delete: 'DELETE /responses/{id}',
    messages: 'POST /messages',
    embeddings: 'POST /embeddings',
    images: 'POST /images/generations',
    image_edits: 'POST /images/edits',
    ...fileOperations(),
    ...batchOperations(),
    models: 'GET /models',
  },
  usageOnRequest: true,
  countsApart: ['reasoning'],
  schema: { type: 'object', properties: { model_traits: modelTraits } },
  callerHeaders: ['x-grok-conv-id'],
  traits: (model, settings) => ({ vendor: 'xai', ...traitsOf(factsOf(model, models, settings)) }),
  adapters: { image_edits: xaiImageEdits },
  respell: all(forChat(flatEffort, forModel), xaiImages, (body, call) => {
    if (call.dialect === 'openai-responses') clampedReasoning(body, effortsOf(call), call.losses)
  }),
  // Tapline stops where models that think do not.
  reroute: (body, call) => (call.dialect === 'openai-chat' && isReasoning(call) && stopsOf(body).length > 0 ? 'openai-chat' : undefined),
  sign: keepTogether,
})

function isReasoning({ model, settings }: CallFacts): boolean {
  return factsOf(model, models, settings).reasoning === true
}

function effortsOf({ model, settings }: CallFacts): readonly string[] {
  return factsOf(model, models, settings).efforts ?? ['none', 'low', 'medium', 'high']
}

function forModel(body: JsonDocument, call: RespellFacts): void {
  clampedEffort(body, effortsOf(call), call.losses)
  if (!isReasoning(call)) return
  drop(call.model, 'presence_penalty', 'frequency_penalty')(body, call)
  stopHere(body, call)
}

/** The calls of one conversation find one cache: they share the model, how it began, and its tools. */
function keepTogether({ operation, headers, body }: ProviderCall): void {
  if (operation !== 'chat' || body === undefined || hasHeader(headers, 'x-grok-conv-id')) return
  const beginning = beginningOf(body)
  if (beginning !== undefined) headers.push('X-Grok-Conv-Id', `tapline-${createHash('sha256').update(beginning).digest('hex').slice(0, 32)}`)
}

function beginningOf(body: Buffer): string | undefined {
  const root = JsonDocument.tryParse(body)?.root
  if (root === undefined) return undefined
  const messages = root.get('messages')?.items().slice(0, 2) ?? []
  return [root.get('model'), ...messages, root.get('tools')].map(node => node?.json() ?? '').join('\n')
}
