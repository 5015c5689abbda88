/** Anthropic. Facts: https://docs.anthropic.com/en/api */

import {
  defineProvider,
  hasHeader,
  headerIn,
  type JsonDocument,
  type JsonNode,
  type ModelTraits,
  type OptionsSchema,
  type ProviderCall,
  type ProviderSettings,
  type ResolvedFacts,
  type RespellFacts,
  type SettingsOf,
} from '../core/index.ts'
import { Words } from '../core/document/words.ts'
import { isSealed } from '../core/neutral/state.ts'
import catalogue from './shared/catalogue.json' with { type: 'json' }
import { anthropicModels, nextAnthropicPage } from './shared/anthropic-models.ts'
import { keyAsBearer } from './shared/key-as-bearer.ts'
import { claudeTraits, modelTraitsOption, withOverrides } from './shared/model-table.ts'
import { anthropicPromptCache } from './shared/prompt-cache.ts'
import { textOf } from './shared/rule.ts'

const modelTraits = modelTraitsOption({
  ...claudeTraits,
  system_turns: { type: 'boolean', description: 'It takes system messages amid the conversation.' },
  tool_name_length: { type: 'integer', minimum: 1, description: 'The length of the longest tool name that it takes.' },
  default_max_tokens: { type: 'integer', minimum: 1, description: 'As the setting of that name, for these models.' },
})

const schema = {
  type: 'object',
  properties: {
    default_max_tokens: {
      type: 'integer',
      minimum: 1,
      default: 4096,
      env: 'DEFAULT_MAX_TOKENS',
      description: 'max_tokens for callers of other APIs who do not say it.',
    },
    json_schema_tool: { type: 'boolean', default: false, description: 'Models that take no schema for their answer are made to call a tool with it instead.' },
    model_traits: modelTraits,
  },
} as const satisfies OptionsSchema

const keyHeader = 'x-api-key'

export default defineProvider({
  name: 'anthropic',
  description: 'Anthropic',
  catalogue: catalogue.anthropic,
  baseUrl: 'https://api.anthropic.com/v1',
  needs: ['api_key'],
  auth: { header: keyHeader },
  dialects: ['anthropic-messages'],
  operations: {
    messages: 'POST /messages',
    count_tokens: 'POST /messages/count_tokens',
    message_batches_create: 'POST /messages/batches',
    message_batches_get: 'GET /messages/batches/{id}',
    message_batches_cancel: 'POST /messages/batches/{id}/cancel',
    message_batches_delete: 'DELETE /messages/batches/{id}',
    message_batches_results: 'GET /messages/batches/{id}/results',
    models: 'GET /models?limit=1000',
  },
  countsApart: ['cache'],
  // Also of what is in no dialect: lists of models, batches.
  defaultHeaders: { 'anthropic-version': '2023-06-01' },
  schema,
  resolve: versioned,
  traits,
  respell,
  models: anthropicModels,
  nextPage: nextAnthropicPage,
  sign,
})

/** Anthropic's own tools, which read ANTHROPIC_BASE_URL as well, say it without the version. */
function versioned({ base_url: url }: ProviderSettings): ResolvedFacts {
  return url === undefined || /\/v\d+$/.test(url) ? {} : { baseUrl: `${url}/v1` }
}

// Models

/** What the user says of a model; the dialect knows the rest by the model's id. */
function traits(model: string, settings: SettingsOf<typeof schema>): ModelTraits {
  const { default_max_tokens: defaultMaxTokens } = settings
  return withOverrides(model, { vendor: 'anthropic', defaultMaxTokens, ...anthropicPromptCache(model) }, settings)
}

// Calls

/** OAuth tokens travel otherwise than keys; the caller's betas and the gateway's go in one header. */
function sign({ headers }: ProviderCall): void {
  if (headerIn(headers, keyHeader)?.startsWith('sk-ant-oat') === true) {
    keyAsBearer(headers, keyHeader)
    headers.push('anthropic-beta', 'oauth-2025-04-20')
  }
  joinBetas(headers)
}

function joinBetas(headers: string[]): void {
  if (!hasHeader(headers, 'anthropic-beta')) return
  const places = headers.flatMap((name, at) => (at % 2 === 0 && name.toLowerCase() === 'anthropic-beta' ? [at] : []))
  const [first, ...others] = places
  if (first === undefined || others.length === 0) return
  const betas = places
    .flatMap(at => headers[at + 1]?.split(',') ?? [])
    .map(beta => beta.trim())
    .filter(beta => beta !== '')
  headers[first + 1] = [...new Set(betas)].join(',')
  for (const at of others.toReversed()) headers.splice(at, 2)
}

/**
 * Anthropic does not take what other providers' answers left in a client's history: thinking that nobody signed, and state that is sealed.
 * A translated body has none of it.
 */
function respell(body: JsonDocument, { losses, isTranslated }: RespellFacts): void {
  if (isTranslated === true) return
  const messages = foreign.mayBeIn(body) ? body.root.get('messages') : undefined
  if (messages === undefined) return
  if (losesItsThread(body.root, messages)) {
    losses.drop('thinking', 'the thoughts that led to the last call are not signed')
    body.set(body.root, 'thinking', '{"type":"disabled"}')
  }
  const emptied = messages.items().filter(message => respellMessage(body, message))
  if (emptied.length > 0) body.remove(messages, ...emptied)
}

/** With a budget of thoughts, those that led to the last call must come back; other models do without. */
function losesItsThread(root: JsonNode, messages: JsonNode): boolean {
  if (textOf(root.get('thinking')?.get('type')) !== 'enabled') return false
  const last = messages
    .items()
    .findLast(message => textOf(message.get('role')) === 'assistant')
    ?.get('content')
  if (last?.kind !== 'array') return false
  const blocks = last.items()
  const [first] = blocks.filter(block => !isUnsigned(block))
  const calls = blocks.some(block => textOf(block.get('type')) === 'tool_use')
  return calls && blocks.some(isUnsigned) && textOf(first?.get('type'))?.endsWith('thinking') !== true
}

/** @returns whether nothing is left of it */
function respellMessage(body: JsonDocument, message: JsonNode): boolean {
  const content = message.get('content')
  if (content?.kind !== 'array') return false
  const unsigned = content.items().filter(isUnsigned)
  if (unsigned.length === 0) return false
  if (unsigned.length === content.items().length) return true
  body.remove(content, ...unsigned)
  return false
}

/** Without one of these in its bytes, a body need not be looked at. */
const foreign = new Words('"tl1.', '"signature":""', '"signature": ""')

function isUnsigned(block: JsonNode): boolean {
  if (textOf(block.get('type')) !== 'thinking') return false
  const signature = textOf(block.get('signature'))
  return signature === '' || (signature !== undefined && isSealed(signature))
}
