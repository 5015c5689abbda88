/** What is known of models, by their ids: built-in tables, and what a user says over them. */

import type { ModelTraits, OptionsSchema, ProviderSettings } from '../../core/index.ts'

/** Facts for the ids that match; of several rows the first counts. */
export interface ModelRow<Facts> {
  readonly models: RegExp
  readonly facts: Facts
}

/** What every table knows of a model. */
const commonTraits = {
  models: { type: 'string', minLength: 1, description: 'A glob on the id; * is any text.' },
  efforts: { type: 'array', items: { type: 'string', minLength: 1 }, description: 'The words for effort that it takes, lowest first.' },
  always_thinks: { type: 'boolean', description: 'Its thinking cannot be switched off.' },
  json_schema: { type: 'boolean', description: 'It takes a JSON Schema for its answer.' },
  strict_tools: { type: 'boolean', description: 'It keeps tool arguments to their schema when asked.' },
  prefill: { type: 'boolean', description: 'It goes on from an assistant message at the end.' },
  prompt_cache_tokens: {
    type: 'integer',
    minimum: 0,
    description: 'From how many tokens on the provider is asked to cache what a prompt begins with, if prompt_planner is on; 0 is never.',
  },
} as const satisfies Traits

type Traits = Readonly<Record<string, OptionsSchema>>

/** The option `model_traits` of a provider. @param properties what its table knows of a model beyond the common, or means otherwise */
export function modelTraitsOption(properties: Traits): OptionsSchema {
  return {
    type: 'array',
    description: 'What is known of models, over the built-in table: for ids that match, the last entry counts, member by member.',
    items: { type: 'object', additionalProperties: false, required: ['models'], properties: { ...commonTraits, ...properties } },
  }
}

export const imagesTrait: OptionsSchema = { type: 'boolean', description: 'It sees images.' }

/** What models of Claude are told apart by, wherever they are served. */
export const claudeTraits = {
  thinking: {
    type: 'string',
    enum: ['adaptive', 'budget', 'none'],
    description: 'How a model of Claude is told to think: by effort, by a budget of tokens, not at all.',
  },
  fixed_sampling: { type: 'boolean', description: 'It refuses temperature, top_p and top_k.' },
  single_sampling: { type: 'boolean', description: 'It refuses temperature and top_p together.' },
} as const satisfies Traits

/** The option `model_traits` of providers that take what OpenAI's models take. */
export const modelTraits = modelTraitsOption({
  reasoning: { type: 'boolean', description: 'It thinks before it answers, and takes what such models take.' },
  efforts: { ...commonTraits.efforts, description: 'The words for effort that it takes, lowest first; empty if it takes no such word.' },
  images: imagesTrait,
  prompt_cache_breakpoints: { type: 'boolean', description: 'Its prompts are cached up to marks in them.' },
  responses: {
    type: 'string',
    enum: ['never', 'thinking', 'tools', 'always'],
    description: 'Which calls it takes on /responses only: those with tools while it thinks, all with tools, all.',
  },
})

export interface ModelFacts extends ModelTraits {
  readonly reasoning?: boolean
  readonly responses?: 'never' | 'thinking' | 'tools' | 'always'
}

/** The facts of a model: those of its row, with what the user says over them. */
export function factsOf<Facts extends ModelFacts>(model: string, rows: readonly ModelRow<Facts>[], settings: ProviderSettings): Facts | ModelFacts {
  return withOverrides(model, rows.find(({ models }) => models.test(model))?.facts ?? {}, settings)
}

/** Facts with what the user says of the model over them. */
export function withOverrides<Facts extends ModelFacts>(model: string, facts: Facts, settings: ProviderSettings): Facts {
  const own = settings['model_traits'] as readonly { readonly models: string }[] | undefined
  return own === undefined
    ? facts
    : own.filter(({ models }) => globOf(models).test(model)).reduce((known, { models: _models, ...said }) => ({ ...known, ...camelCased(said) }), facts)
}

function globOf(glob: string): RegExp {
  return new RegExp(`^${glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 'i')
}

function camelCased(said: object): object {
  return Object.fromEntries(Object.entries(said).map(([name, value]) => [name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()), value as unknown]))
}

/** What writers need to know of a model. */
export function traitsOf({ reasoning: _reasoning, responses: _responses, ...traits }: ModelFacts): ModelTraits {
  return traits
}
