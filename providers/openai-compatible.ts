/** Any server that speaks OpenAI's chat completions: what it is and where, the configuration says. */

import {
  defineProvider,
  type CallFacts,
  type Endpoint,
  type JsonDocument,
  type OptionsSchema,
  type Refusal,
  type RespellFacts,
  type SettingsOf,
} from '../core/index.ts'
import { jsonSchema } from './shared/answer-format.ts'
import { flatEffort, switchThinking, takeEffort } from './shared/effort.ts'
import { drop, tokensField } from './shared/fields.ts'
import { developerAsSystem } from './shared/messages.ts'
import { modelTraits, traitsOf, withOverrides, type ModelFacts } from './shared/model-table.ts'
import { openAiDetour } from './shared/openai-detours.ts'
import { openAiTraits } from './shared/openai-models.ts'
import { openAiRules } from './shared/openai-rules.ts'
import { perInstance } from './shared/per-instance.ts'
import { all, forChat, said, type Rule } from './shared/rule.ts'
import { thinkTagReader } from './shared/think-tags.ts'
import { batchOperations, fileOperations, responseOperations } from './shared/openai-objects.ts'

const schema = {
  type: 'object',
  properties: {
    max_tokens_field: {
      type: 'string',
      enum: ['max_tokens', 'max_completion_tokens', 'both'],
      default: 'max_tokens',
      description: 'The name that it has for the limit of an answer.',
    },
    system_role: { type: 'string', enum: ['system', 'developer'], default: 'system', description: 'system: messages of the role developer get this role.' },
    stream_usage: {
      type: 'string',
      enum: ['auto', 'always', 'never'],
      default: 'auto',
      description: 'Whether streams are asked for their usage; auto: until it refuses to be asked.',
    },
    reasoning_in: {
      type: 'string',
      enum: ['flat', 'object', 'thinking', 'template_kwargs', 'none'],
      default: 'flat',
      description:
        'Where it wants to be told how much to think: reasoning_effort, reasoning.effort, thinking.type, chat_template_kwargs.enable_thinking, nowhere.',
    },
    reasoning_out: {
      type: 'string',
      enum: ['auto', 'reasoning_content', 'reasoning', 'reasoning_text', 'think'],
      default: 'auto',
      description: 'Where it puts its thoughts; think: between tags before the text, too.',
    },
    drop_params: { type: 'array', items: { type: 'string', minLength: 1 }, default: [], description: 'Members of requests that it does not take.' },
    image_urls: {
      type: 'string',
      enum: ['forward', 'data_only', 'fetch'],
      default: 'forward',
      description: 'What becomes of images that are given by address: sent on, refused, fetched by Tapline if fetch_remote_images is on.',
    },
    json_schema: {
      type: 'string',
      enum: ['forward', 'json_object', 'prompt'],
      default: 'forward',
      description: 'What becomes of a JSON Schema for the answer: sent on, told in words beside json_object, told in words only.',
    },
    strict_openai_models: { type: 'boolean', default: false, description: "Whether calls are spelled for OpenAI's models." },
    model_traits: modelTraits,
  },
} as const satisfies OptionsSchema

type Settings = SettingsOf<typeof schema>

const ordinary = {
  chat: 'POST /chat/completions',
  embeddings: 'POST /embeddings',
  models: 'GET /models',
} as const satisfies Readonly<Record<string, Endpoint>>

/** What only some servers have; `operations` switches them on. */
const further = {
  responses: 'POST /responses',
  responses_input_tokens: 'POST /responses/input_tokens',
  responses_compact: 'POST /responses/compact',
  ...responseOperations(),
  messages: 'POST /messages',
  speech: 'POST /audio/speech',
  transcriptions: 'POST /audio/transcriptions',
  translations: 'POST /audio/translations',
  images: 'POST /images/generations',
  image_edits: 'POST /images/edits',
  rerank: 'POST /rerank',
  moderations: 'POST /moderations',
  ...fileOperations(),
  ...batchOperations(),
} as const satisfies Readonly<Record<string, Endpoint>>

/** The operations that come with a dialect. */
const ofDialect: Readonly<Record<string, keyof typeof further>> = { 'openai-responses': 'responses', 'anthropic-messages': 'messages' }

const modelOf = ({ model }: CallFacts) => model
const openAi = openAiRules(modelOf)
const detour = openAiDetour(modelOf)

export default defineProvider({
  name: 'openai-compatible',
  description: 'A server with an OpenAI-compatible API',
  needs: ['base_url'],
  dialects: ['openai-chat'],
  operations: { ...ordinary, ...further },
  usageOnRequest: true,
  schema,
  resolve: ({ operations, native_dialects: dialects }) => (operations === undefined ? { operations: operationsOf(dialects) } : {}),
  traits: (model, settings) =>
    settings.strict_openai_models ? openAiTraits(model, settings) : traitsOf(withOverrides<ModelFacts>(model, limitOf(settings), settings)),
  respell: (body, call) => rulesOf(call.settings)(body, call),
  reroute: (body, call) => (call.settings.strict_openai_models ? detour(body, call) : undefined),
  imageAsData: (_url, { image_urls: images }) => (images === 'data_only' ? 'refused' : images === 'fetch'),
  normalizer: settings => (settings.reasoning_out === 'think' ? thinkTagReader() : undefined),
  learn,
})

function limitOf({ max_tokens_field: field }: Settings): ModelFacts {
  return field === 'max_tokens' ? { limitName: field } : {}
}

function operationsOf(dialects: unknown): Readonly<Record<string, Endpoint>> {
  const named = Array.isArray(dialects) ? dialects.flatMap(dialect => ofDialect[String(dialect)] ?? []) : []
  return { ...ordinary, ...Object.fromEntries(named.map(operation => [operation, further[operation]])) }
}

/** The rules that an instance's settings amount to. */
const rulesOf = perInstance(compile)

function compile({
  name,
  max_tokens_field: field,
  system_role: role,
  stream_usage: usage,
  reasoning_in: reasoning,
  drop_params: dropped,
  json_schema: mode,
  strict_openai_models: isOpenAi,
}: Settings): Rule {
  // What it does not take, it takes in no operation.
  const without = drop(name, ...dropped)
  if (isOpenAi) return all(openAi, without)
  const chat = forChat(
    ...(role === 'system' ? [developerAsSystem] : []),
    tokensField(field),
    effortRules[reasoning],
    streamUsage(usage),
    jsonSchema(mode, name),
  )
  return all(chat, without)
}

const effortRules: Readonly<Record<Settings['reasoning_in'], Rule>> = {
  flat: flatEffort,
  object(body) {
    const effort = takeEffort(body)
    if (effort === undefined) return
    const reasoning = said(body.root, 'reasoning')
    if (reasoning === undefined) body.set(body.root, 'reasoning', JSON.stringify({ effort }))
    else if (reasoning.kind === 'object') body.set(reasoning, 'effort', JSON.stringify(effort))
  },
  thinking: withEffort((body, effort) => switchThinking(body, effort !== 'none')),
  template_kwargs: withEffort((body, effort) => {
    const given = said(body.root, 'chat_template_kwargs')
    if (given === undefined) body.set(body.root, 'chat_template_kwargs', `{"enable_thinking":${effort !== 'none'}}`)
    else if (given.kind === 'object' && given.get('enable_thinking') === undefined) body.set(given, 'enable_thinking', String(effort !== 'none'))
  }),
  none: withEffort((_body, _effort, { losses }) => losses.drop('reasoning_effort', 'not taken by the provider')),
}

/** Takes the effort out of the body, however the caller says it. */
function withEffort(use: (body: JsonDocument, effort: string, call: RespellFacts) => void): Rule {
  return (body, call) => {
    flatEffort(body, call)
    const effort = takeEffort(body)
    if (effort !== undefined) use(body, effort, call)
  }
}

const refusesUsage = 'no-stream-usage'

function streamUsage(mode: Settings['stream_usage']): Rule {
  return (body, { streamed, learned }) => {
    const isRefused = mode === 'never' || learned?.has(refusesUsage) === true
    if (!isRefused && mode !== 'always') return
    const options = said(body.root, 'stream_options')
    if (isRefused) {
      if (options !== undefined) body.unset(body.root, 'stream_options')
    } else if (streamed && said(options, 'include_usage')?.value() !== true) {
      if (options?.kind === 'object') body.set(options, 'include_usage', 'true')
      else body.set(body.root, 'stream_options', '{"include_usage":true}')
    }
  }
}

/** A server that does not know `stream_options` says so once. */
function learn({ status, param, message }: Refusal, { settings }: CallFacts<Settings>): string | undefined {
  if (settings.stream_usage !== 'auto') return undefined
  return status === 400 && (param?.includes('stream_options') === true || message.includes('stream_options')) ? refusesUsage : undefined
}
