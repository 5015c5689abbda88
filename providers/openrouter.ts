/** OpenRouter. Facts: https://openrouter.ai/docs */

import { defineProvider, hasHeader } from '../core/index.ts'
import { finishFault } from './shared/faults.ts'
import { tokensField } from './shared/fields.ts'
import { listOf } from './shared/listing.ts'
import { forChat } from './shared/rule.ts'
import { batchOperations, fileOperations } from './shared/openai-objects.ts'

export default defineProvider({
  name: 'openrouter',
  description: 'OpenRouter',
  baseUrl: 'https://openrouter.ai/api/v1',
  needs: ['api_key'],
  dialects: ['openai-chat', 'openai-responses'],
  operations: {
    chat: 'POST /chat/completions',
    responses: 'POST /responses',
    messages: 'POST /messages',
    embeddings: 'POST /embeddings',
    speech: 'POST /audio/speech',
    transcriptions: 'POST /audio/transcriptions',
    translations: 'POST /audio/translations',
    images: 'POST /images/generations',
    ...fileOperations(),
    ...batchOperations(),
    models: 'GET /models',
  },
  requestIdHeader: 'X-Client-Request-Id',
  schema: {
    type: 'object',
    properties: {
      site_url: { type: 'string', minLength: 1, env: 'SITE_URL', description: 'Sent as HTTP-Referer, unless the caller sends one.' },
      app_name: { type: 'string', minLength: 1, env: 'APP_NAME', description: 'Sent as X-OpenRouter-Title, unless the caller sends one.' },
    },
  },
  callerHeaders: ['http-referer', 'x-openrouter-title', 'x-title', 'x-openrouter-categories'],
  traits: () => ({ limitName: 'max_tokens', vendor: 'openrouter', cacheMarks: true }),
  respell: forChat(tokensField('max_tokens')),
  replyHeaders: ['x-generation-id'],
  sign({ headers }, { site_url: site, app_name: app }) {
    const isGiven = (name: string) => hasHeader(headers, name)
    if (site !== undefined && !isGiven('HTTP-Referer')) headers.push('HTTP-Referer', site)
    // The older name of the title counts as one, too.
    if (app !== undefined && !isGiven('X-OpenRouter-Title') && !isGiven('X-Title')) headers.push('X-OpenRouter-Title', app)
  },
  fault: finishFault,
  models: body => listOf(body, metadata),
})

function metadata({
  name,
  context_length,
  architecture,
  supported_parameters,
  pricing,
  top_provider,
}: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { input_modalities: input, output_modalities: output } = (architecture ?? {}) as Readonly<Record<string, unknown>>
  return {
    display_name: name,
    context_window: context_length,
    max_output_tokens: (top_provider as Readonly<Record<string, unknown>> | undefined)?.['max_completion_tokens'],
    capabilities: { input_modalities: input, output_modalities: output, supported_parameters },
    pricing: perMillion(pricing),
  }
}

/** What the listing calls prices of one token, and what those of a million are called here. */
const prices = {
  prompt: 'input_per_mtok',
  completion: 'output_per_mtok',
  input_cache_read: 'cached_input_per_mtok',
  input_cache_write: 'cache_write_per_mtok',
  internal_reasoning: 'reasoning_output_per_mtok',
} as const

/** Negative prices stand for those that depend. */
function perMillion(pricing: unknown): Readonly<Record<string, number>> | undefined {
  const said = Object.entries((pricing ?? {}) as Readonly<Record<string, unknown>>)
  const known = said.flatMap(([name, price]) =>
    Object.hasOwn(prices, name) && Number(price) >= 0 ? [[prices[name as keyof typeof prices], Number((Number(price) * 1e6).toPrecision(12))] as const] : [],
  )
  return known.length === 0 ? undefined : Object.fromEntries(known)
}
