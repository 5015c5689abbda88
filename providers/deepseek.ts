/** DeepSeek. Facts: https://api-docs.deepseek.com */

import { defineProvider, type JsonDocument, type RespellFacts } from '../core/index.ts'
import { refusal } from '../core/neutral/losses.ts'
import catalogue from './shared/catalogue.json' with { type: 'json' }
import { jsonSchema, sayJson } from './shared/answer-format.ts'
import { dropEffort, effortMap, flatEffort, switchThinking, takeEffort, vendorWord } from './shared/effort.ts'
import { finishFault } from './shared/faults.ts'
import { tokensField } from './shared/fields.ts'
import { developerAsSystem, replayThoughts } from './shared/messages.ts'
import { forChat, said } from './shared/rule.ts'

/** Published tables disagree: an older one has low and medium as high, xhigh and max as max. `effort_map` overrides. */
const words = { minimal: 'low', low: 'low', medium: 'high', high: 'high', xhigh: 'high', max: 'max' }

export default defineProvider({
  name: 'deepseek',
  description: 'DeepSeek',
  catalogue: catalogue.deepseek,
  baseUrl: 'https://api.deepseek.com',
  needs: ['api_key'],
  dialects: ['openai-chat'],
  operations: {
    chat: 'POST /chat/completions',
    responses: 'POST /responses',
    messages: 'POST /anthropic/v1/messages',
    models: 'GET /models',
  },
  usageOnRequest: true,
  schema: {
    type: 'object',
    properties: {
      json_schema_mode: {
        type: 'string',
        enum: ['downgrade', 'error'],
        default: 'downgrade',
        env: 'JSON_SCHEMA_MODE',
        description: 'What becomes of a JSON Schema for the answer: told in words, or refused.',
      },
      effort_map: effortMap,
    },
  },
  // The vendor takes /v1 as another name of its root.
  resolve: ({ base_url: url }) => (url?.endsWith('/v1') === true ? { baseUrl: url.slice(0, -'/v1'.length) } : {}),
  traits: () => ({ limitName: 'max_tokens', vendor: 'deepseek', images: false }),
  respell: forChat(
    developerAsSystem,
    tokensField('max_tokens'),
    flatEffort,
    thinking,
    withoutOldLogprobs,
    (body, call) => jsonSchema(call.settings['json_schema_mode'] === 'error' ? 'error' : 'json_object', 'DeepSeek')(body, call),
    sayJson,
    replayThoughts,
  ),
  fault: finishFault,
})

function thinking(body: JsonDocument, { settings, losses }: RespellFacts): void {
  const effort = takeEffort(body)
  if (effort === undefined) return
  if (effort === 'none') return switchThinking(body, false)
  const word = vendorWord(effort, words, settings['effort_map'])
  if (word === undefined) return dropEffort(effort, losses)
  body.set(body.root, 'reasoning_effort', JSON.stringify(word))
}

/** The old reasoner fails where others ignore. */
function withoutOldLogprobs(body: JsonDocument, { model }: RespellFacts): void {
  if (model !== 'deepseek-reasoner') return
  if (said(body.root, 'logprobs')?.value() === true) throw refusal('logprobs', `${model} gives no log probabilities`)
  for (const name of ['logprobs', 'top_logprobs']) if (body.root.get(name) !== undefined) body.unset(body.root, name)
}
