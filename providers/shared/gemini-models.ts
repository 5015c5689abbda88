/** What Google's models take, wherever they are served, and how they are listed. */

import type { ModelEntry, ModelTraits, OptionsSchema, ProviderSettings } from '../../core/index.ts'
import { imagesTrait, modelTraitsOption, withOverrides, type ModelRow } from './model-table.ts'

/** The option `model_traits` of providers that serve Google's models. */
export const geminiTraitsOption = modelTraitsOption({
  family: { type: 'string', minLength: 1, description: 'Thought signatures go back to models of the family that made them only.' },
  thinking: { type: 'string', enum: ['level', 'budget', 'none'], description: 'How it is told to think: by a level, by a budget of tokens, not at all.' },
  efforts: { type: 'array', items: { type: 'string', minLength: 1 }, description: 'The levels of thinking that it takes, lowest first.' },
  budgets: {
    type: 'array',
    minItems: 2,
    maxItems: 2,
    items: { type: 'integer', minimum: 0 },
    description: 'The least and the most tokens that its thinking budget may have.',
  },
  fixed_sampling: { type: 'boolean', description: 'temperature, top_p and top_k are not sent.' },
  images: imagesTrait,
  json_schema: { type: 'boolean', description: 'It takes a JSON Schema for its answer; else it gets the older OpenAPI form.' },
  strict_tools: { type: 'boolean', description: 'It can be told to choose among some of its tools.' },
  embedding_inputs: { type: 'integer', minimum: 1, description: 'How many texts one call for embeddings may have.' },
})

const google = { vendor: 'google', images: true } as const
const byLevel = { ...google, family: 'gemini-3', thinking: 'level', alwaysThinks: true, fixedSampling: true, jsonSchema: true, strictTools: true } as const
const byBudget = { ...google, family: 'gemini-2.5', thinking: 'budget', jsonSchema: true, strictTools: true } as const
const old = { ...google, thinking: 'none', jsonSchema: false, strictTools: false } as const

/** The first row counts. */
const rows: readonly ModelRow<ModelTraits>[] = [
  { models: /embedding/, facts: { ...google, thinking: 'none', images: false } },
  { models: /^gemma-/, facts: old },
  { models: /^gemini-2\.5-.*image/, facts: { ...byBudget, thinking: 'none' } },
  { models: /^gemini-2\.5-pro/, facts: { ...byBudget, alwaysThinks: true, budgets: [128, 32_768] } },
  { models: /^gemini-2\.5-flash-lite/, facts: { ...byBudget, budgets: [512, 24_576] } },
  { models: /^gemini-2\.5-/, facts: { ...byBudget, budgets: [0, 24_576] } },
  { models: /^gemini-(?:[12]\.|pro|ultra)(?!.*latest)/, facts: old },
  { models: /^gemini-3-pro/, facts: { ...byLevel, efforts: ['low', 'high'] } },
  { models: /^gemini-\d+(?:\.\d+)?-pro|^gemini-pro-latest/, facts: { ...byLevel, efforts: ['low', 'medium', 'high'] } },
  { models: /^gemini-/, facts: { ...byLevel, efforts: ['minimal', 'low', 'medium', 'high'] } },
]

/** The id without the publisher in front that some surfaces spell: `models/`, `google/`. */
export function bareId(model: string): string {
  return model.replace(/^(?:models|google)\//, '')
}

/** What a writer needs to know of a model of Google's. */
export function geminiTraits(model: string, settings: ProviderSettings, more: ModelTraits): ModelTraits {
  const id = bareId(model)
  return withOverrides(id, { vendor: 'google', ...rows.find(({ models }) => models.test(id))?.facts, ...more }, settings)
}

// Listings

type Listed = Readonly<Record<string, unknown>>

/** What is offered to callers; videos are not. */
const offered = /^(?:gemini-|gemma-|text-embedding-|gemini-embedding|imagen-)/

/** Google's own list under `member`, or OpenAI's under `data`: the models that are offered, their ids without a path before them. @throws Error if it is neither */
export function googleModels(body: unknown, member: 'models' | 'publisherModels', spell: (id: string) => string = id => id): readonly ModelEntry[] {
  const list = (body as Listed | null)?.[member] ?? (body as Listed | null)?.['data'] ?? (isEmpty(body) ? [] : undefined)
  if (!Array.isArray(list)) throw new Error(`the model list is not {"${member}": […]}`)
  return list.flatMap((entry: unknown): readonly ModelEntry[] => {
    const { name, id = name } = (entry ?? {}) as Listed
    const bare = typeof id === 'string' ? id.slice(id.lastIndexOf('/') + 1) : ''
    return offered.test(bare) ? [{ id: spell(bare), owned_by: 'google', ...metadataOf(entry as Listed) }] : []
  })
}

/** Google leaves out lists that are empty. */
function isEmpty(body: unknown): boolean {
  return typeof body === 'object' && body !== null && Object.keys(body).length === 0
}

/** Where the list goes on. */
export function nextGooglePage(body: unknown): string | undefined {
  const token = (body as Listed | null)?.['nextPageToken']
  return typeof token === 'string' && token !== '' ? `?pageSize=1000&pageToken=${encodeURIComponent(token)}` : undefined
}

function metadataOf({ displayName, inputTokenLimit, outputTokenLimit, thinking, supportedGenerationMethods: methods }: Listed): Pick<ModelEntry, 'metadata'> {
  const modes = Array.isArray(methods) ? modesOf(methods) : []
  const metadata = {
    ...(typeof displayName === 'string' ? { display_name: displayName } : {}),
    ...(typeof inputTokenLimit === 'number' ? { context_window: inputTokenLimit } : {}),
    ...(typeof outputTokenLimit === 'number' ? { max_output_tokens: outputTokenLimit } : {}),
    ...(modes.length === 0 ? {} : { modes }),
    ...(typeof thinking === 'boolean' ? { capabilities: { reasoning: thinking } } : {}),
  }
  return Object.keys(metadata).length === 0 ? {} : { metadata }
}

function modesOf(methods: readonly unknown[]): readonly string[] {
  return [
    ...(methods.includes('generateContent') ? ['chat'] : []),
    ...(methods.includes('embedContent') ? ['embedding'] : []),
    ...(methods.includes('predict') ? ['image'] : []),
  ]
}

// The OpenAI-compatible surface

/** The option `api_mode`, common to Google's types. */
export const apiModeOption = {
  type: 'string',
  enum: ['native', 'openai_compatible'],
  env: 'API_MODE',
  description: "Which API is spoken to: Google's own, or its OpenAI-compatible one. Native by default.",
} as const satisfies OptionsSchema

/** An older variable for all instances, that counts where no mode is said. */
export const modeVariable = 'USE_GOOGLE_GEMINI_NATIVE_API'

/** Whether the OpenAI-compatible surface is meant. */
export function isCompatible({ api_mode: mode, variables }: Readonly<Record<string, unknown>>): boolean {
  if (typeof mode === 'string') return mode === 'openai_compatible'
  const legacy = (variables as Readonly<Record<string, string>> | undefined)?.[modeVariable]
  return legacy !== undefined && /^(?:false|0|no|off)$/i.test(legacy.trim())
}
