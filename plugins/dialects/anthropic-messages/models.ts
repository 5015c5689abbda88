/** What is known of Claude models, by their ids: data, which a provider's settings override. */

import type { ModelTraits } from '../../../core/index.ts'
import { memoize } from '../../../core/memoize.ts'

const efforts = ['low', 'medium', 'high', 'xhigh', 'max']

const claude: ModelTraits = { vendor: 'anthropic', family: 'claude' }

/** No schema for the answer, none kept by tools. */
const loose: ModelTraits = { jsonSchema: false, strictTools: false, prefill: true, fixedSampling: false, toolNameLength: 64 }
/** Schemas, and a budget of tokens for thinking. */
const budgeted: ModelTraits = {
  thinking: 'budget',
  jsonSchema: true,
  strictTools: true,
  prefill: true,
  fixedSampling: false,
  singleSampling: true,
  toolNameLength: 128,
}

/** The first that matches counts; ids are written with dashes or dots, behind prefixes or before dates. */
const table: readonly (readonly [pattern: RegExp, traits: ModelTraits])[] = [
  [/claude-(instant|v?[12])\b/, { ...claude, ...loose, thinking: 'none' }],
  [/claude-3[-.]7/, { ...claude, ...loose, thinking: 'budget' }],
  [/claude-3/, { ...claude, ...loose, thinking: 'none' }],
  [/claude-[a-z]+-4([-.]0)?(?![-.]?\d(?!\d{5}))/, { ...claude, ...loose, thinking: 'budget' }],
  [/claude-[a-z]+-4[-.][1-5](?!\d)/, { ...claude, ...budgeted }],
  [/claude-[a-z]+-4[-.]6(?!\d)/, { ...claude, ...budgeted, thinking: 'adaptive', efforts: ['low', 'medium', 'high', 'max'], prefill: false }],
  [/claude/, { ...claude, thinking: 'adaptive', efforts, jsonSchema: true, strictTools: true, prefill: false, fixedSampling: true, toolNameLength: 128 }],
]

/** What is known of a model; nothing of another vendor's. */
export const knownTraits = memoize((model: string): ModelTraits => {
  const id = model.toLowerCase()
  return table.find(([pattern]) => pattern.test(id))?.[1] ?? {}
})
