/** Gateways that ask providers to cache prompts, what they are asked, and vendors that answer. */

import type { ReceivedRequest } from '../../core/testing/received-request.ts'
import type { Script } from '../../core/testing/script.ts'
import { awsEvent } from './aws-frame.ts'
import { Served, type ServeOptions } from './serve.ts'
import { vendorScript } from './vendors.ts'

/** Five thousand tokens, about. */
export const long = 'The tide tables of the harbour. '.repeat(650)

/** One of the upstream's. */
export const provider = (type: string, models: readonly string[], more: object = {}) => ({
  type,
  base_url: '${OPENAI_BASE_URL}',
  api_key: 'sk-x',
  models,
  ...more,
})
export const providers = {
  openai: provider('openai', ['gpt-4o', 'gpt-5.6', 'gpt-4'], { strict_openai_models: true }),
  anthropic: provider('anthropic', ['claude-opus-4-6']),
  bedrock: provider('bedrock', ['anthropic.claude-opus-4-6-v1', 'amazon.titan-x'], { api_key: 'sk-aws' }),
  gemini: provider('gemini', ['gemini-2.5-pro']),
  compatible: provider('openai-compatible', ['m']),
  told: provider('openai-compatible', ['m'], { model_traits: [{ models: 'm', prompt_cache_tokens: 1024 }] }),
}

/** The planner is on. */
export const planning = ({ config = {}, env = {}, ...options }: ServeOptions = {}): ServeOptions => ({
  ...options,
  env: { AWS_REGION: 'us-east-1', OPENAI_MODELS: 'gpt-4o,gpt-5.6,gpt-4', ...env },
  config: {
    cache: { response: { prompt_planner: { enabled: true } } },
    resilience: { retry: { max_retries: 1, initial_backoff: '0s' } },
    providers,
    ...config,
  },
})
export const start = (options?: ServeOptions) => Served.start(planning(options))

const converseFrames = [
  awsEvent('messageStart', { role: 'assistant' }),
  awsEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'high' } }),
  awsEvent('contentBlockStop', { contentBlockIndex: 0 }),
  awsEvent('messageStop', { stopReason: 'end_turn' }),
  awsEvent('metadata', { usage: { inputTokens: 7, outputTokens: 2, totalTokens: 9 } }),
]

/** Every vendor answers; Google keeps what it is given. */
export function answer(request: ReceivedRequest): Script {
  const { path } = request
  if (path.endsWith('/cachedContents')) return { body: { name: 'cachedContents/1', expireTime: '2026-01-01T00:05:00Z' } }
  if (path.endsWith('/converse-stream')) return { headers: { 'content-type': 'application/vnd.amazon.eventstream' }, body: Buffer.concat(converseFrames) }
  if (path.endsWith('/converse'))
    return {
      body: {
        output: { message: { role: 'assistant', content: [{ text: 'high' }] } },
        stopReason: 'end_turn',
        usage: { inputTokens: 7, outputTokens: 2, totalTokens: 9 },
      },
    }
  if (path.endsWith('/responses'))
    return {
      body: {
        id: 'resp_1',
        object: 'response',
        created_at: 1,
        status: 'completed',
        model: 'm',
        output: [{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'high', annotations: [] }] }],
      },
    }
  return vendorScript(request, { pieces: ['high'] })
}

/** A long instruction and a short question, in odd spellings; `more` goes behind them. */
export const chatBody = (model: string, more = '') =>
  `{ "model":"${model}", "messages":[{"role":"system","content":"${long}"},{"role":"user","content":"Tide\\u003f"}],"seed":1.0${more} }`
export const messagesBody = (model: string, more = '') =>
  `{"model":"${model}","max_tokens":50,"system":"${long}", "messages":[{"role":"user","content":"Tide\\u003f"}]${more}}`
export const responsesBody = (model: string, more = '') => `{"model":"${model}","instructions":"${long}","input":"Tide\\u003f"${more}}`

export const bodies = { '/v1/chat/completions': chatBody, '/v1/messages': messagesBody, '/v1/responses': responsesBody }
