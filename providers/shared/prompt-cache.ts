/** From how many tokens on vendors cache what prompts begin with, and how, by their models. */

import type { ModelTraits } from '../../core/index.ts'
import { memoize } from '../../core/memoize.ts'

type CacheTraits = Pick<ModelTraits, 'promptCacheTokens' | 'promptCacheBreakpoints'>
type Row = readonly [models: RegExp, traits: CacheTraits]

const none: CacheTraits = {}
const from = (promptCacheTokens: number): CacheTraits => ({ promptCacheTokens })

/** Automatic since gpt-4o; marks since gpt-5.6. Source: https://developers.openai.com/api/docs/guides/prompt-caching */
const openAi: readonly Row[] = [
  [/^(?:gpt-3|gpt-4(?![o.])|davinci|babbage)/, none],
  [/^gpt-(?:5\.(?:[6-9]|\d\d)|[6-9]|\d\d)(?=[.-]|$)/, { promptCacheTokens: 1024, promptCacheBreakpoints: true }],
  [/(?:)/, from(1024)],
]

/** Wherever they are served. Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching */
const claude: readonly Row[] = [
  [/claude-(?:instant|v?[12]\b)/, none],
  [/(?:opus|fable|mythos)-5/, from(512)],
  [/opus-4[-.]7|mythos-preview/, from(2048)],
  [/opus-4[-.][56]|haiku-4[-.]5/, from(4096)],
  [/claude-3.*haiku/, from(2048)],
  [/claude/, from(1024)],
]

const anthropic: readonly Row[] = [...claude, [/(?:)/, from(1024)]]

/** Ids stand behind regions and in ARNs. Source: https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html */
const bedrock: readonly Row[] = [[/claude-3-(?!7|5-haiku)/, none], ...claude, [/amazon\.nova/, from(1000)]]

/** Source: https://ai.google.dev/gemini-api/docs/caching */
const gemini: readonly Row[] = [
  [/embedding|image|^gemma|^gemini-1/, none],
  [/flash/, from(1024)],
  [/(?:)/, from(4096)],
]

/** Fine-tuned models are as those that they came from. */
export const openAiPromptCache = memoize(model => found(openAi, model.replace(/^ft:/, '')))

export const anthropicPromptCache = memoize(model => found(anthropic, model))

export const bedrockPromptCache = memoize(model => found(bedrock, model))

export const geminiPromptCache = memoize(model => found(gemini, model))

function found(rows: readonly Row[], model: string): CacheTraits {
  const id = model.toLowerCase()
  return rows.find(([models]) => models.test(id))?.[1] ?? none
}
