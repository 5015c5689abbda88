/** The embedded demo: answers in process, always the same for the same prompt. On only when no other provider is configured. */

import { defineProvider, type ProviderAnswer, type ProviderCall } from '../../core/index.ts'
import { completion, completionEvents } from './chat.ts'
import { embeddings, mostDimensions } from './embeddings.ts'

/** What it costs to ask. */
const free = { input_per_mtok: 0, output_per_mtok: 0 }
const catalogue = { 'demo-chat': { modes: ['chat'], pricing: free }, 'demo-embedding': { modes: ['embedding'], pricing: free } }
const models = Object.keys(catalogue)
const json = ['Content-Type', 'application/json']

export default defineProvider({
  name: 'demo',
  description: 'Deterministic answers without a provider, for trying Tapline out',
  embeddingModel: 'demo-embedding',
  catalogue,
  dialects: ['openai-chat'],
  operations: { chat: 'POST /chat/completions', embeddings: 'POST /embeddings', models: 'GET /models' },
  usageOnRequest: true,
  fallback: true,
  answer,
})

function answer({ operation, body }: ProviderCall): ProviderAnswer {
  if (operation === 'models')
    return whole({ object: 'list', data: models.map(id => ({ id, object: 'model', created: 1_700_000_000, owned_by: 'tapline-demo' })) })
  const request = JSON.parse(body?.toString() ?? '{}') as Record<string, unknown>
  if (!models.includes(String(request['model']))) return unknownModel(String(request['model']))
  if (operation === 'embeddings') return embedded(request)
  if (request['stream'] !== true) return whole(completion(request))
  return { status: 200, headers: ['Content-Type', 'text/event-stream'], body: completionEvents(request) }
}

function whole(value: object): ProviderAnswer {
  return { status: 200, headers: json, body: Buffer.from(JSON.stringify(value)) }
}

function embedded(request: Readonly<Record<string, unknown>>): ProviderAnswer {
  const dimensions = request['dimensions'] ?? 1
  if (!Number.isInteger(dimensions) || Number(dimensions) < 1 || Number(dimensions) > mostDimensions)
    return refused(400, { message: `dimensions must be a whole number from 1 to ${mostDimensions}`, param: 'dimensions', code: null })
  const answer = embeddings(request)
  if (answer === undefined)
    return refused(400, { message: 'the demo cannot make so many vectors at once: send fewer words, or ask for fewer dimensions', param: 'input', code: null })
  return whole(answer)
}

function unknownModel(model: string): ProviderAnswer {
  return refused(404, { message: `the demo has no model "${model}", only ${models.join(' and ')}`, param: 'model', code: 'model_not_found' })
}

function refused(status: number, error: { readonly message: string; readonly param: string; readonly code: string | null }): ProviderAnswer {
  return { status, headers: json, body: Buffer.from(JSON.stringify({ error: { type: 'invalid_request_error', ...error } })) }
}
