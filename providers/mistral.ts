/** Mistral. Facts: https://docs.mistral.ai/api */

import { defineProvider, type JsonDocument, type RespellFacts } from '../core/index.ts'
import catalogue from './shared/catalogue.json' with { type: 'json' }
import { clampedEffort, flatEffort } from './shared/effort.ts'
import { finishFault } from './shared/faults.ts'
import { drop, dropSilently, noLogprobs, rename, tokensField } from './shared/fields.ts'
import { developerAsSystem, dropNames, dropOfAnswers, dropThoughts, nineCharacterIds, thoughtsAsParts } from './shared/messages.ts'
import { factsOf, modelTraits, type ModelFacts, type ModelRow } from './shared/model-table.ts'
import { all, forChat, forEmbeddings, said, textOf } from './shared/rule.ts'
import { fileOperations } from './shared/openai-objects.ts'

/** Validation is strict: a member that is not known is refused. */
const models: readonly ModelRow<ModelFacts>[] = [
  { models: /^magistral/, facts: { reasoning: true, efforts: [] } },
  { models: /^mistral-(?:small-(?:4|26)|medium-(?:3\.5|26))/, facts: { reasoning: true, efforts: ['none', 'high'] } },
]

export default defineProvider({
  name: 'mistral',
  description: 'Mistral',
  embeddingModel: 'mistral-embed',
  catalogue: catalogue.mistral,
  baseUrl: 'https://api.mistral.ai/v1',
  needs: ['api_key'],
  dialects: ['openai-chat'],
  operations: {
    chat: 'POST /chat/completions',
    embeddings: 'POST /embeddings',
    transcriptions: 'POST /audio/transcriptions',
    moderations: 'POST /moderations',
    ...fileOperations(),
    models: 'GET /models',
  },
  schema: { type: 'object', properties: { model_traits: modelTraits } },
  traits: () => ({ limitName: 'max_tokens', vendor: 'mistral' }),
  respell: all(
    forChat(
      developerAsSystem,
      tokensField('max_tokens'),
      rename('seed', 'random_seed'),
      anyTool,
      nineCharacterIds,
      flatEffort,
      thoughts,
      drop('Mistral', 'logit_bias', 'store', 'service_tier', 'verbosity'),
      dropSilently('Mistral', 'user', 'safety_identifier', 'stream_options', 'prompt_cache_retention', 'prompt_cache_options'),
      noLogprobs('Mistral'),
      dropNames('Mistral', { roles: ['system', 'user', 'assistant'], isSilent: true }),
      dropOfAnswers('Mistral', 'refusal', 'annotations', 'audio'),
    ),
    forEmbeddings(rename('dimensions', 'output_dimension'), floats, dropSilently('Mistral', 'user')),
  ),
  fault: finishFault,
})

function anyTool(body: JsonDocument): void {
  const choice = said(body.root, 'tool_choice')
  if (choice !== undefined && textOf(choice) === 'required') body.replace(choice, '"any"')
}

/** Models that think give their thoughts as parts, and take them back so. */
function thoughts(body: JsonDocument, call: RespellFacts): void {
  const { reasoning, efforts = [] } = factsOf(call.model, models, call.settings)
  clampedEffort(body, efforts, call.losses)
  if (reasoning === true) thoughtsAsParts(body, call)
  else dropThoughts(body, call)
}

/** The vendor answers in numbers only; who asked for base64 gets it from Tapline. */
function floats(body: JsonDocument): void {
  const format = said(body.root, 'encoding_format')
  if (format !== undefined && textOf(format) !== 'float') body.replace(format, '"float"')
}
