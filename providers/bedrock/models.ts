/** What is known of the models that Bedrock serves, and how it lists them. */

import type { ModelEntry, ModelTraits, ProviderSettings } from '../../core/index.ts'
import { claudeTraits, modelTraitsOption, withOverrides } from '../shared/model-table.ts'
import { bedrockPromptCache } from '../shared/prompt-cache.ts'

/** The option `model_traits`. */
export const modelTraits = modelTraitsOption({
  vendor: { type: 'string', minLength: 1, description: 'Whose model it is; anthropic for Claude behind an id that does not say so.' },
  ...claudeTraits,
  forced_tools: { type: 'boolean', description: 'It can be made to call a tool.' },
  cache_marks: { type: 'boolean', description: 'It takes cache points.' },
})

const claude: ModelTraits = { vendor: 'anthropic', family: 'claude', forcedTools: true }
/** No schema for the answer, none kept by tools. */
const loose: ModelTraits = { jsonSchema: false, strictTools: false, prefill: true, fixedSampling: false }
const budgeted: ModelTraits = { thinking: 'budget', jsonSchema: true, strictTools: true, prefill: true, fixedSampling: false, singleSampling: true }
const efforts = ['low', 'medium', 'high', 'xhigh', 'max']

/** The first that matches counts. Ids stand behind regions, in ARNs, before dates and versions. */
const table: readonly (readonly [pattern: RegExp, traits: ModelTraits])[] = [
  [/claude-(instant|v?[12])\b/, { ...claude, ...loose, thinking: 'none' }],
  [/claude-3-7/, { ...claude, ...loose, thinking: 'budget' }],
  [/claude-3/, { ...claude, ...loose, thinking: 'none' }],
  [/claude-[a-z]+-4(-0)?(?!-?\d(?!\d{5}))/, { ...claude, ...loose, thinking: 'budget' }],
  [/claude-[a-z]+-4-[1-5](?!\d)/, { ...claude, ...budgeted }],
  [/claude-[a-z]+-4-6(?!\d)/, { ...claude, ...budgeted, thinking: 'adaptive', efforts: ['low', 'medium', 'high', 'max'], prefill: false }],
  [/claude/, { ...claude, thinking: 'adaptive', efforts, jsonSchema: true, strictTools: true, prefill: false, fixedSampling: true }],
  [/amazon\.nova/, { jsonSchema: false, strictTools: false, forcedTools: true }],
  [/mistral-large/, { strictTools: false, forcedTools: true }],
  [/(amazon\.titan|meta\.|cohere\.|ai21\.|mistral\.mi[sx]tral-[78])/, { jsonSchema: false, strictTools: false, forcedTools: false }],
  [/(?:)/, { strictTools: false, forcedTools: false }],
]

export function traitsOf(model: string, settings: ProviderSettings): ModelTraits {
  const id = model.toLowerCase()
  return withOverrides(model, { ...table.find(([pattern]) => pattern.test(id))?.[1], ...bedrockPromptCache(id) }, settings)
}

interface Summary {
  readonly modelId: string
  readonly providerName?: unknown
  readonly outputModalities?: unknown
}

/** Those that write text. @throws Error if it is no list */
export function readModels(body: unknown): readonly ModelEntry[] {
  const list = (body as { readonly modelSummaries?: unknown } | null)?.modelSummaries
  if (!Array.isArray(list)) throw new Error('the model list is not {"modelSummaries": […]}')
  return list
    .filter((entry): entry is Summary => typeof (entry as Partial<Summary> | null)?.modelId === 'string')
    .filter(({ outputModalities }) => Array.isArray(outputModalities) && outputModalities.includes('TEXT'))
    .map(({ modelId, providerName }) => ({ id: modelId, ...(typeof providerName === 'string' ? { owned_by: providerName.toLowerCase() } : {}) }))
}
