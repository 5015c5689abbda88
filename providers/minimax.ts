/** MiniMax. Facts: https://platform.minimax.io/docs/api-reference */

import { defineProvider, GatewayError, type JsonDocument, type JsonObject, type RespellFacts } from '../core/index.ts'
import { isObject } from '../core/neutral/arguments.ts'
import { flatEffort } from './shared/effort.ts'
import { drop, highestTemperature, oneAnswer, tokensField } from './shared/fields.ts'
import { developerAsSystem, wrapThoughts } from './shared/messages.ts'
import { minimaxSpeech } from './shared/minimax-speech.ts'
import { forChat, said } from './shared/rule.ts'
import { mapChoices, thinkTagReader } from './shared/think-tags.ts'

/** What the vendor's own codes mean. */
const statuses: ReadonlyMap<number, number> = new Map([
  [1002, 429],
  [1039, 429],
  [2045, 429],
  [2056, 429],
  [1004, 401],
  [2049, 401],
  [1008, 402],
  [1026, 400],
  [1042, 400],
  [2013, 400],
  [20132, 400],
])

export default defineProvider({
  name: 'minimax',
  description: 'MiniMax',
  baseUrl: 'https://api.minimax.io/v1',
  needs: ['api_key'],
  dialects: ['openai-chat'],
  operations: { chat: 'POST /chat/completions', embeddings: 'POST /embeddings', speech: 'POST /t2a_v2', models: 'GET /models' },
  adapters: { speech: minimaxSpeech },
  traits: () => ({ limitName: 'max_tokens', vendor: 'minimax' }),
  respell: forChat(
    developerAsSystem,
    tokensField('max_tokens'),
    flatEffort,
    warmTemperature,
    highestTemperature(1, 'MiniMax'),
    oneAnswer('MiniMax'),
    drop('MiniMax', 'presence_penalty', 'frequency_penalty', 'logit_bias'),
    wrapThoughts,
  ),
  normalizer: () => {
    const split = thinkTagReader()
    const news = newThoughts()
    const filtered = newFilter()
    return json => filtered(news(split(json)))
  },
  fault,
})

/** Without a temperature the vendor takes its own; none at all it refuses. */
function warmTemperature(body: JsonDocument, { losses }: RespellFacts): void {
  const temperature = said(body.root, 'temperature')
  if (temperature === undefined || Number(temperature.value()) > 0) return
  losses.drop('temperature', 'MiniMax takes more than 0 only')
  body.unset(body.root, 'temperature')
}

/** Errors come with status 200. */
function fault({ base_resp: said }: JsonObject, provider: string): GatewayError | undefined {
  if (!isObject(said)) return undefined
  const { status_code: code, status_msg: message } = said
  if (typeof code !== 'number' || code === 0) return undefined
  return new GatewayError(String(code), typeof message === 'string' && message !== '' ? message : `${provider} failed`, {
    status: statuses.get(code) ?? 502,
    provider,
  })
}

/** `reasoning_details` of a stream say all thoughts so far each time: makes what leaves the new ones. */
function newThoughts(): (json: JsonObject) => JsonObject {
  const heard = new Map<string, string>()
  return json =>
    mapChoices(json, choice => {
      const { delta } = choice
      const details = isObject(delta) ? delta['reasoning_details'] : undefined
      if (!isObject(delta) || !Array.isArray(details)) return choice
      const { reasoning_details: _details, ...rest } = delta
      const news = details
        .filter(isObject)
        .map((detail, at) => newsOf(heard, `${String(choice['index'] as number)}/${at}`, detail['text']))
        .join('')
      return { ...choice, delta: news === '' ? rest : { ...rest, reasoning_content: news } }
    })
}

function newsOf(heard: Map<string, string>, key: string, text: unknown): string {
  if (typeof text !== 'string') return ''
  const before = heard.get(key) ?? ''
  const isCumulative = text.startsWith(before)
  heard.set(key, isCumulative ? text : before + text)
  return isCumulative ? text.slice(before.length) : text
}

/** What the vendor kept back: of a stream it may say so before the end. */
function newFilter(): (json: JsonObject) => JsonObject {
  let isSensitive = false
  return json => {
    isSensitive ||= json['input_sensitive'] === true || json['output_sensitive'] === true
    if (!isSensitive) return json
    return mapChoices(json, choice => (typeof choice['finish_reason'] === 'string' ? { ...choice, finish_reason: 'content_filter' } : choice))
  }
}
