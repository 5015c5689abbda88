/** Z.ai. Facts: https://docs.z.ai/api-reference */

import { defineProvider, type JsonDocument, type JsonNode, type RespellFacts } from '../core/index.ts'
import catalogue from './shared/catalogue.json' with { type: 'json' }
import { jsonSchema } from './shared/answer-format.ts'
import { dropEffort, effortMap, flatEffort, switchThinking, takeEffort, vendorWord } from './shared/effort.ts'
import { finishFault } from './shared/faults.ts'
import { drop, highestTemperature, mostStops, noLogprobs, oneAnswer, tokensField } from './shared/fields.ts'
import { developerAsSystem, dropNames } from './shared/messages.ts'
import { factsOf, modelTraits, type ModelFacts, type ModelRow } from './shared/model-table.ts'
import { forChat, hasTools, mayMention, said, textOf } from './shared/rule.ts'

interface GlmFacts extends ModelFacts {
  /** It streams the arguments of tools in pieces, when asked. */
  readonly toolStream?: boolean
}

const models: readonly ModelRow<GlmFacts>[] = [
  { models: /^glm-(?:[0-3](?:[.-]|$)|4(?:-|$)|4\.[0-4])/i, facts: { thinking: 'none', efforts: [] } },
  { models: /^glm-4\.5/i, facts: { efforts: [] } },
  { models: /^glm-(?:4\.|5(?:\.[01])?(?:-|v|$))/i, facts: { efforts: [], toolStream: true } },
  { models: /^glm-5\.2/i, facts: { efforts: ['low', 'high', 'max'], toolStream: true } },
  { models: /^glm-/i, facts: { efforts: ['low', 'high', 'max'], toolStream: true, alwaysThinks: true } },
]

const words = { minimal: 'low', low: 'low', medium: 'high', high: 'high', xhigh: 'max', max: 'max' }

export default defineProvider({
  name: 'zai',
  description: 'Z.ai',
  catalogue: catalogue.zai,
  baseUrl: 'https://api.z.ai/api/paas/v4',
  needs: ['api_key'],
  dialects: ['openai-chat'],
  operations: { chat: 'POST /chat/completions', embeddings: 'POST /embeddings', models: 'GET /models' },
  schema: { type: 'object', properties: { effort_map: effortMap, model_traits: modelTraits } },
  callerHeaders: ['accept-language'],
  traits: () => ({ limitName: 'max_tokens', vendor: 'zai' }),
  respell: forChat(
    developerAsSystem,
    tokensField('max_tokens'),
    flatEffort,
    thinking,
    tools,
    withoutStrict,
    dropNames('Z.ai'),
    drop('Z.ai', 'presence_penalty', 'frequency_penalty'),
    oneAnswer('Z.ai'),
    noLogprobs('Z.ai'),
    jsonSchema('json_object', 'Z.ai'),
    highestTemperature(1, 'Z.ai'),
    mostStops(1, 'Z.ai'),
  ),
  fault: finishFault,
})

function thinking(body: JsonDocument, { model, settings, losses }: RespellFacts): void {
  const { efforts = [], alwaysThinks, thinking: how }: GlmFacts = factsOf(model, models, settings)
  const effort = takeEffort(body)
  if (effort === undefined) return
  if (how === 'none') return dropEffort(effort, losses)
  if (effort === 'none' && alwaysThinks === true) return losses.drop('reasoning_effort', `${model} always thinks`)
  switchThinking(body, effort !== 'none')
  const word = effort === 'none' || efforts.length === 0 ? undefined : vendorWord(effort, words, settings['effort_map'])
  if (word !== undefined) body.set(body.root, 'reasoning_effort', JSON.stringify(word))
}

/** The model chooses for itself whether to call a tool; told not to, it gets none. */
function tools(body: JsonDocument, { model, settings, streamed, losses }: RespellFacts): void {
  const { root } = body
  const choice = said(root, 'tool_choice')
  if (textOf(choice) === 'none') for (const name of ['tools', 'tool_choice']) body.unset(root, name)
  else if (choice !== undefined && textOf(choice) !== 'auto') {
    losses.drop('tool_choice', 'Z.ai lets the model choose')
    body.unset(root, 'tool_choice')
  }
  const facts: GlmFacts = factsOf(model, models, settings)
  if (streamed && facts.toolStream === true && hasTools(body) && root.get('tool_stream') === undefined) body.set(root, 'tool_stream', 'true')
}

function withoutStrict(body: JsonDocument, { losses }: RespellFacts): void {
  if (!mayMention(body, '"strict"')) return
  for (const tool of said(body.root, 'tools')?.items() ?? []) {
    const described: JsonNode | undefined = tool.get('function')
    if (described?.get('strict') === undefined) continue
    if (described.get('strict')?.value() === true) losses.drop('tools.strict', 'not taken by Z.ai')
    body.unset(described, 'strict')
  }
}
