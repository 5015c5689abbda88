/** OpenAI, and those who report as it does. */

import { usd, type Shape } from './shape.ts'

const gpt4o = { input_per_mtok: 2.5, cached_input_per_mtok: 1.25, output_per_mtok: 10, batch_input_per_mtok: 1.25, batch_output_per_mtok: 5 }
const gpt5 = { input_per_mtok: 1.25, cached_input_per_mtok: 0.125, output_per_mtok: 10 }
const audio = { ...gpt4o, audio_input_per_mtok: 40, audio_output_per_mtok: 80 }
const sol = {
  input_per_mtok: 4,
  output_per_mtok: 20,
  cached_input_per_mtok: 0.4,
  cache_write_per_mtok: 5,
  tiers: [
    { up_to_tokens: 272_000, input_per_mtok: 4, output_per_mtok: 20, cached_input_per_mtok: 0.4, cache_write_per_mtok: 5 },
    { input_per_mtok: 8, output_per_mtok: 30, cached_input_per_mtok: 0.8, cache_write_per_mtok: 10 },
  ],
}
const deepseek = {
  input_per_mtok: 0.27,
  cached_input_per_mtok: 0.07,
  output_per_mtok: 1.1,
  time_windows: [{ utc_ranges: [{ start: '16:30', end: '00:30' }], pricing: { input_per_mtok: 0.135, cached_input_per_mtok: 0.035, output_per_mtok: 0.55 } }],
}
const grok = { input_per_mtok: 3, cached_input_per_mtok: 0.75, output_per_mtok: 15 }
const oss = { input_per_mtok: 0.15, cached_input_per_mtok: 0.075, output_per_mtok: 0.6 }

const chat = (prompt: number, completion: number, more: object = {}) => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
  ...more,
})
const cached = (tokens: number, more: object = {}) => ({ prompt_tokens_details: { cached_tokens: tokens, ...more } })
const reasoned = (tokens: number) => ({ completion_tokens_details: { reasoning_tokens: tokens, accepted_prediction_tokens: 0, rejected_prediction_tokens: 0 } })

const of =
  (type: string, dialect: Shape['dialect']) =>
  (shape: Omit<Shape, 'type' | 'dialect'>): Shape => ({ type, dialect, ...shape })
const openai = of('openai', 'openai-chat')
const responses = of('openai', 'openai-responses')
const xai = of('xai', 'openai-chat')
const deep = of('deepseek', 'openai-chat')
const groq = of('groq', 'openai-chat')
const router = of('openrouter', 'openai-chat')

export const openaiShapes: readonly Shape[] = [
  openai({ name: 'a prompt and an answer', usage: chat(1000, 50), prices: gpt4o, input: usd([1000, 2.5]), output: usd([50, 10]) }),
  openai({
    name: 'what the cache read, inside the prompt',
    usage: chat(1000, 50, cached(900)),
    prices: gpt4o,
    input: usd([100, 2.5], [900, 1.25]),
    output: usd([50, 10]),
  }),
  openai({ name: 'nothing of a cache', usage: chat(1000, 50, cached(0)), prices: gpt4o, input: usd([1000, 2.5]), output: usd([50, 10]) }),
  openai({
    name: 'a cache without a price of its own',
    usage: chat(1000, 50, cached(900)),
    prices: { input_per_mtok: 30, output_per_mtok: 60 },
    input: usd([1000, 30]),
    output: usd([50, 60]),
  }),
  openai({ name: 'reasoning inside the answer', usage: chat(100, 700, reasoned(640)), prices: gpt5, input: usd([100, 1.25]), output: usd([700, 10]) }),
  openai({
    name: 'reasoning with a price of its own',
    usage: chat(100, 700, reasoned(640)),
    prices: { ...gpt5, reasoning_output_per_mtok: 12 },
    input: usd([100, 1.25]),
    output: usd([60, 10], [640, 12]),
  }),
  openai({
    name: 'a cache and reasoning',
    usage: chat(2048, 700, { ...cached(1920), ...reasoned(640) }),
    prices: gpt5,
    input: usd([128, 1.25], [1920, 0.125]),
    output: usd([700, 10]),
  }),
  openai({
    name: 'audio both ways',
    usage: chat(300, 260, {
      prompt_tokens_details: { text_tokens: 100, audio_tokens: 200, cached_tokens: 0 },
      completion_tokens_details: { text_tokens: 60, audio_tokens: 200, reasoning_tokens: 0 },
    }),
    prices: audio,
    input: usd([100, 2.5], [200, 40]),
    output: usd([60, 10], [200, 80]),
  }),
  openai({
    name: 'predictions, which are of the answer',
    usage: chat(500, 300, { completion_tokens_details: { accepted_prediction_tokens: 200, rejected_prediction_tokens: 40 } }),
    prices: gpt4o,
    input: usd([500, 2.5]),
    output: usd([300, 10]),
  }),
  openai({ name: 'a batch', usage: chat(1000, 50), prices: gpt4o, endpoint: '/v1/batches', input: usd([1000, 1.25]), output: usd([50, 5]) }),
  openai({
    name: 'a batch without prices of its own',
    usage: chat(1000, 50),
    prices: gpt5,
    endpoint: '/v1/batches',
    input: usd([1000, 1.25]),
    output: usd([50, 10]),
  }),
  openai({
    name: 'a cache that is paid for when written',
    usage: chat(10_000, 100, cached(6000, { cache_write_tokens: 3000 })),
    prices: sol,
    input: usd([1000, 4], [6000, 0.4], [3000, 5]),
    output: usd([100, 20]),
  }),
  openai({ name: 'the longest prompt of the first tier', usage: chat(272_000, 100), prices: sol, input: usd([272_000, 4]), output: usd([100, 20]) }),
  openai({
    name: 'a token more, at the price of the next tier for all',
    usage: chat(272_001, 100),
    prices: sol,
    input: usd([272_001, 8]),
    output: usd([100, 30]),
  }),
  openai({
    name: 'a cache in the next tier',
    usage: chat(300_000, 100, cached(200_000, { cache_write_tokens: 50_000 })),
    prices: sol,
    input: usd([50_000, 8], [200_000, 0.8], [50_000, 10]),
    output: usd([100, 30]),
  }),
  openai({ name: 'a price that is 0', usage: chat(1000, 50, cached(900)), prices: { input_per_mtok: 0, output_per_mtok: 0 }, input: 0, output: 0 }),
  openai({
    name: 'an answer without a price',
    usage: chat(1000, 50),
    prices: { input_per_mtok: 2.5 },
    input: usd([1000, 2.5]),
    output: null,
    total: usd([1000, 2.5]),
  }),
  openai({
    name: 'a kind of token that nobody knows',
    usage: chat(1000, 50, { prompt_tokens_details: { cached_tokens: 0, smell_tokens: 7 } }),
    prices: gpt4o,
    input: usd([1000, 2.5]),
    output: usd([50, 10]),
    caveat: 'unmapped token field: prompt_smell_tokens',
  }),
  openai({ name: 'more in the cache than in the prompt', usage: chat(100, 50, cached(900)), prices: gpt4o, input: usd([100, 1.25]), output: usd([50, 10]) }),
  openai({ name: 'an answer of one token', usage: chat(1, 1), prices: gpt4o, input: 0.0000025, output: 0.00001 }),
  openai({
    name: 'a price for the call',
    usage: chat(1000, 50),
    prices: { ...gpt4o, per_request: 0.005 },
    input: usd([1000, 2.5]),
    output: usd([50, 10]) + 0.005,
  }),

  responses({
    name: 'Responses',
    usage: {
      input_tokens: 1000,
      output_tokens: 50,
      total_tokens: 1050,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens_details: { reasoning_tokens: 0 },
    },
    prices: gpt5,
    input: usd([1000, 1.25]),
    output: usd([50, 10]),
  }),
  responses({
    name: 'Responses with a cache and reasoning',
    usage: {
      input_tokens: 2048,
      output_tokens: 700,
      total_tokens: 2748,
      input_tokens_details: { cached_tokens: 1920 },
      output_tokens_details: { reasoning_tokens: 640 },
    },
    prices: gpt5,
    input: usd([128, 1.25], [1920, 0.125]),
    output: usd([700, 10]),
  }),
  responses({
    name: 'Responses with a cache that was written',
    usage: {
      input_tokens: 10_000,
      output_tokens: 100,
      total_tokens: 10_100,
      input_tokens_details: { cached_tokens: 6000, cache_write_tokens: 3000 },
      output_tokens_details: { reasoning_tokens: 0 },
    },
    prices: sol,
    input: usd([1000, 4], [6000, 0.4], [3000, 5]),
    output: usd([100, 20]),
  }),
  {
    type: 'azure',
    dialect: 'openai-chat',
    name: 'Azure',
    usage: chat(1000, 50, cached(512)),
    prices: gpt4o,
    input: usd([488, 2.5], [512, 1.25]),
    output: usd([50, 10]),
  },

  deep({
    name: 'hits and misses of a cache, by day',
    usage: chat(1000, 100, { prompt_cache_hit_tokens: 640, prompt_cache_miss_tokens: 360, prompt_tokens_details: { cached_tokens: 640 } }),
    prices: deepseek,
    input: usd([360, 0.27], [640, 0.07]),
    output: usd([100, 1.1]),
  }),
  deep({
    name: 'hits alone',
    usage: chat(1000, 100, { prompt_cache_hit_tokens: 640, prompt_cache_miss_tokens: 360 }),
    prices: deepseek,
    input: usd([360, 0.27], [640, 0.07]),
    output: usd([100, 1.1]),
  }),
  deep({
    name: 'the first second of the night',
    usage: chat(1000, 100, { prompt_cache_hit_tokens: 640, prompt_cache_miss_tokens: 360 }),
    prices: deepseek,
    at: '2026-03-04T16:30:00Z',
    input: usd([360, 0.135], [640, 0.035]),
    output: usd([100, 0.55]),
  }),
  deep({
    name: 'the last second of the night',
    usage: chat(1000, 100),
    prices: deepseek,
    at: '2026-03-05T00:29:59.999Z',
    input: usd([1000, 0.135]),
    output: usd([100, 0.55]),
  }),
  deep({
    name: 'the first second of the day',
    usage: chat(1000, 100),
    prices: deepseek,
    at: '2026-03-05T00:30:00Z',
    input: usd([1000, 0.27]),
    output: usd([100, 1.1]),
  }),
  deep({
    name: 'a reasoner',
    usage: chat(20, 900, { ...reasoned(800), prompt_cache_hit_tokens: 0, prompt_cache_miss_tokens: 20 }),
    prices: deepseek,
    input: usd([20, 0.27]),
    output: usd([900, 1.1]),
  }),

  xai({ name: 'an answer without reasoning', usage: chat(100, 20, cached(0)), prices: grok, input: usd([100, 3]), output: usd([20, 15]) }),
  xai({
    name: 'reasoning beside the answer',
    usage: {
      prompt_tokens: 32,
      completion_tokens: 9,
      total_tokens: 135,
      prompt_tokens_details: { text_tokens: 32, audio_tokens: 0, image_tokens: 0, cached_tokens: 6 },
      completion_tokens_details: { reasoning_tokens: 94, audio_tokens: 0 },
    },
    prices: grok,
    input: usd([26, 3], [6, 0.75]),
    output: usd([9, 15], [94, 15]),
  }),
  xai({
    name: 'reasoning with a price of its own',
    usage: { prompt_tokens: 32, completion_tokens: 9, total_tokens: 135, completion_tokens_details: { reasoning_tokens: 94 } },
    prices: { ...grok, reasoning_output_per_mtok: 20 },
    input: usd([32, 3]),
    output: usd([9, 15], [94, 20]),
  }),
  xai({
    name: 'images in the prompt',
    usage: chat(100, 20, { prompt_tokens_details: { text_tokens: 98, image_tokens: 2 } }),
    prices: { ...grok, input_per_image: 0.002 },
    input: usd([100, 3]) + 0.004,
    output: usd([20, 15]),
  }),
  xai({
    name: 'its own cost',
    usage: chat(100, 20, { cost_in_usd_ticks: 37_756_000 }),
    prices: grok,
    input: null,
    output: null,
    total: 0.0037756,
    source: 'xai_cost_in_usd_ticks',
  }),
  {
    type: 'xai',
    dialect: 'openai-responses',
    name: 'Responses, with reasoning beside the answer',
    usage: {
      input_tokens: 32,
      input_tokens_details: { cached_tokens: 6 },
      output_tokens: 9,
      output_tokens_details: { reasoning_tokens: 110 },
      total_tokens: 151,
      num_sources_used: 0,
    },
    prices: grok,
    input: usd([26, 3], [6, 0.75]),
    output: usd([9, 15], [110, 15]),
  },

  groq({
    name: 'times beside tokens',
    usage: chat(1000, 50, { queue_time: 0.02, prompt_time: 0.01, completion_time: 0.2, total_time: 0.21 }),
    prices: oss,
    input: usd([1000, 0.15]),
    output: usd([50, 0.6]),
  }),
  groq({ name: 'what the cache read', usage: chat(4641, 1817, cached(4608)), prices: oss, input: usd([33, 0.15], [4608, 0.075]), output: usd([1817, 0.6]) }),
  groq({ name: 'reasoning inside the answer', usage: chat(100, 700, reasoned(640)), prices: oss, input: usd([100, 0.15]), output: usd([700, 0.6]) }),

  router({
    name: 'its own cost, with parts that add up',
    usage: chat(194, 2, {
      cost: 0.00061,
      cost_details: { upstream_inference_cost: null, upstream_inference_prompt_cost: 0.00058, upstream_inference_completions_cost: 0.00003 },
    }),
    prices: gpt4o,
    input: 0.00058,
    output: 0.00003,
    total: 0.00061,
    source: 'openrouter_credits',
  }),
  router({
    name: 'its own cost, with parts that do not',
    usage: chat(194, 2, { cost: 0.95, cost_details: { upstream_inference_prompt_cost: 0.5, upstream_inference_completions_cost: 0.5 } }),
    prices: gpt4o,
    input: null,
    output: null,
    total: 0.95,
    source: 'openrouter_credits',
  }),
  router({
    name: 'its own cost of nothing',
    usage: chat(194, 2, { cost: 0 }),
    prices: gpt4o,
    input: null,
    output: null,
    total: 0,
    source: 'openrouter_credits',
  }),
  router({ name: 'a cost that cannot be', usage: chat(1000, 50, { cost: -1 }), prices: gpt4o, input: usd([1000, 2.5]), output: usd([50, 10]) }),
  router({ name: 'no cost', usage: chat(1000, 50, cached(900)), prices: gpt4o, input: usd([100, 2.5], [900, 1.25]), output: usd([50, 10]) }),
  {
    type: 'openai',
    dialect: 'openai-chat',
    name: 'a cost of a provider that is not believed',
    usage: chat(1000, 50, { cost: 99 }),
    prices: gpt4o,
    input: usd([1000, 2.5]),
    output: usd([50, 10]),
  },

  {
    type: 'mistral',
    dialect: 'openai-chat',
    name: 'Mistral',
    usage: chat(500, 200),
    prices: { input_per_mtok: 2, output_per_mtok: 6 },
    input: usd([500, 2]),
    output: usd([200, 6]),
  },
  {
    type: 'zai',
    dialect: 'openai-chat',
    name: 'Z.ai',
    usage: chat(500, 200, cached(400)),
    prices: { input_per_mtok: 0.6, cached_input_per_mtok: 0.11, output_per_mtok: 2.2 },
    input: usd([100, 0.6], [400, 0.11]),
    output: usd([200, 2.2]),
  },
  {
    type: 'zai',
    dialect: 'anthropic-messages',
    name: "Z.ai by Anthropic's API",
    usage: { input_tokens: 100, cache_read_input_tokens: 400, output_tokens: 200 },
    prices: { input_per_mtok: 0.6, cached_input_per_mtok: 0.11, output_per_mtok: 2.2 },
    input: usd([100, 0.6], [400, 0.11]),
    output: usd([200, 2.2]),
  },
]
