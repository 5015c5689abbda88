/** What OpenAI's models take, wherever they are served. */

import type { CallFacts, ModelTraits } from '../../core/index.ts'
import { factsOf, traitsOf, type ModelFacts, type ModelRow } from './model-table.ts'
import { perModel } from './per-instance.ts'

export interface OpenAiFacts extends ModelFacts {
  /** It calls the limit of its answer `max_completion_tokens`, and is like others otherwise. */
  readonly isChat?: boolean
}

/** Which model a call is for; Azure's deployments say nothing of it. */
export type ModelOf = (call: CallFacts) => string

const common = { vendor: 'openai', images: true, jsonSchema: true, strictTools: true } as const
const thinks = { ...common, reasoning: true, thinking: 'adaptive' } as const
const plain = { ...common, thinking: 'none' } as const
const old = { ...plain, images: false, jsonSchema: false, strictTools: false } as const
const untilXhigh = ['none', 'low', 'medium', 'high', 'xhigh'] as const

/** The first row counts. A generation's number ends before a dot, a hyphen or the end: `gpt-35-turbo` is Azure's spelling of 3.5. */
const rows: readonly ModelRow<OpenAiFacts>[] = [
  { models: /^gpt-35(?=[.-]|$)/, facts: old },
  { models: /^gpt-(?:[5-9]|\d{2,})(?=[.-]|$).*-chat/, facts: { ...plain, isChat: true } },
  { models: /^gpt-5-pro/, facts: { ...thinks, efforts: ['high'], responses: 'always' } },
  { models: /^gpt-\d+(?:\.\d+)?-pro/, facts: { ...thinks, efforts: ['medium', 'high', 'xhigh'], responses: 'always' } },
  {
    models: /^(?:o\d-pro|o\d(?:-mini)?-deep-research|computer-use-preview|codex-mini|gpt-5-codex)/,
    facts: { ...thinks, efforts: ['low', 'medium', 'high'], responses: 'always' },
  },
  { models: /^gpt-\d+(?:\.\d+)?-codex/, facts: { ...thinks, efforts: ['low', 'medium', 'high', 'xhigh'], responses: 'always' } },
  { models: /^o\d/, facts: { ...thinks, efforts: ['low', 'medium', 'high'] } },
  { models: /^gpt-5(?=-|$)/, facts: { ...thinks, efforts: ['minimal', 'low', 'medium', 'high'] } },
  { models: /^gpt-5\.1(?=-|$)/, facts: { ...thinks, efforts: ['none', 'low', 'medium', 'high'] } },
  { models: /^gpt-5\.[2-5](?=-|$)/, facts: { ...thinks, efforts: untilXhigh } },
  { models: /^gpt-(?:[5-9]|\d{2,})(?=[.-]|$)/, facts: { ...thinks, efforts: untilXhigh, responses: 'thinking' } },
  { models: /^(?:gpt-4o|gpt-4\.|gpt-4-turbo|gpt-4-vision|chatgpt-)/, facts: plain },
  { models: /^gpt-[34]/, facts: old },
]

/** The facts of a model; fine-tuned ones are as those that they came from. */
export const openAiFacts = perModel((model, settings): OpenAiFacts => factsOf(model.replace(/^ft:/, ''), rows, settings))

/** What a writer needs to know of a model of OpenAI's. */
export const openAiTraits = perModel((model, settings): ModelTraits => {
  const { isChat: _isChat, ...facts } = openAiFacts(model, settings)
  return { vendor: 'openai', ...traitsOf(facts) }
})
