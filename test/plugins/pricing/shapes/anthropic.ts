/** Anthropic, and Claude elsewhere. */

import { usd, type Shape } from './shape.ts'

const sonnet = {
  input_per_mtok: 3,
  output_per_mtok: 15,
  cached_input_per_mtok: 0.3,
  cache_write_per_mtok: 3.75,
  cache_write_1h_per_mtok: 6,
  tiers: [
    { up_to_tokens: 200_000, input_per_mtok: 3, output_per_mtok: 15, cached_input_per_mtok: 0.3, cache_write_per_mtok: 3.75, cache_write_1h_per_mtok: 6 },
    { input_per_mtok: 6, output_per_mtok: 22.5, cached_input_per_mtok: 0.6, cache_write_per_mtok: 7.5, cache_write_1h_per_mtok: 12 },
  ],
}
const haiku = { input_per_mtok: 1, output_per_mtok: 5, cached_input_per_mtok: 0.1, cache_write_per_mtok: 1.25 }
const nova = { input_per_mtok: 0.8, output_per_mtok: 3.2, cached_input_per_mtok: 0.2, cache_write_per_mtok: 0 }

const written = (minutes: number, hour: number) => ({
  cache_creation_input_tokens: minutes + hour,
  cache_creation: { ephemeral_5m_input_tokens: minutes, ephemeral_1h_input_tokens: hour },
})

const of =
  (type: string, dialect: Shape['dialect']) =>
  (shape: Omit<Shape, 'type' | 'dialect'>): Shape => ({ type, dialect, ...shape })
const claude = of('anthropic', 'anthropic-messages')
const bedrock = of('bedrock', 'bedrock-converse')

export const anthropicShapes: readonly Shape[] = [
  claude({
    name: 'a prompt and an answer',
    usage: { input_tokens: 100, output_tokens: 40, service_tier: 'standard' },
    prices: sonnet,
    input: usd([100, 3]),
    output: usd([40, 15]),
  }),
  claude({
    name: 'what the cache read and wrote, beside the prompt',
    usage: { input_tokens: 100, cache_read_input_tokens: 900, cache_creation_input_tokens: 50, output_tokens: 40 },
    prices: sonnet,
    input: usd([100, 3], [900, 0.3], [50, 3.75]),
    output: usd([40, 15]),
  }),
  claude({
    name: 'a write for 5 minutes',
    usage: { input_tokens: 10, cache_read_input_tokens: 0, ...written(2000, 0), output_tokens: 40 },
    prices: sonnet,
    input: usd([10, 3], [2000, 3.75]),
    output: usd([40, 15]),
  }),
  claude({
    name: 'a write for an hour',
    usage: { input_tokens: 10, cache_read_input_tokens: 0, ...written(0, 2000), output_tokens: 40 },
    prices: sonnet,
    input: usd([10, 3], [2000, 6]),
    output: usd([40, 15]),
  }),
  claude({
    name: 'writes for 5 minutes and for an hour',
    usage: { input_tokens: 10, cache_read_input_tokens: 5000, ...written(1000, 500), output_tokens: 40 },
    prices: sonnet,
    input: usd([10, 3], [5000, 0.3], [1000, 3.75], [500, 6]),
    output: usd([40, 15]),
  }),
  claude({
    name: 'a write for an hour that has no price: twice the prompt',
    usage: { input_tokens: 10, ...written(1000, 500), output_tokens: 40 },
    prices: haiku,
    input: usd([10, 1], [1000, 1.25], [500, 2]),
    output: usd([40, 5]),
  }),
  claude({
    name: 'a cache without prices: reads as the prompt, writes a quarter more',
    usage: { input_tokens: 10, cache_read_input_tokens: 100, ...written(1000, 500), output_tokens: 40 },
    prices: { input_per_mtok: 4, output_per_mtok: 5 },
    input: usd([10, 4], [100, 4], [1000, 5], [500, 8]),
    output: usd([40, 5]),
  }),
  claude({
    name: 'thoughts inside the answer',
    usage: { input_tokens: 100, output_tokens: 900, output_tokens_details: { thinking_tokens: 800 } },
    prices: sonnet,
    input: usd([100, 3]),
    output: usd([900, 15]),
  }),
  claude({
    name: 'searches, which no token pays for',
    usage: { input_tokens: 100, output_tokens: 40, server_tool_use: { web_search_requests: 2 } },
    prices: sonnet,
    input: usd([100, 3]),
    output: usd([40, 15]),
  }),
  claude({
    name: 'a long prompt that the cache holds',
    usage: { input_tokens: 1, cache_read_input_tokens: 200_000, cache_creation_input_tokens: 0, output_tokens: 40 },
    prices: sonnet,
    input: usd([1, 6], [200_000, 0.6]),
    output: usd([40, 22.5]),
  }),
  claude({
    name: 'a prompt of just the first tier',
    usage: { input_tokens: 1000, cache_read_input_tokens: 199_000, output_tokens: 40 },
    prices: sonnet,
    input: usd([1000, 3], [199_000, 0.3]),
    output: usd([40, 15]),
  }),
  claude({
    name: 'a batch',
    usage: { input_tokens: 1000, output_tokens: 40, service_tier: 'batch' },
    prices: { ...haiku, batch_input_per_mtok: 0.5, batch_output_per_mtok: 2.5 },
    endpoint: '/v1/messages/batches',
    input: usd([1000, 0.5]),
    output: usd([40, 2.5]),
  }),
  claude({
    name: 'a cache read that is free',
    usage: { input_tokens: 10, cache_read_input_tokens: 1000, output_tokens: 40 },
    prices: { ...haiku, cached_input_per_mtok: 0 },
    input: usd([10, 1]),
    output: usd([40, 5]),
  }),
  {
    type: 'openrouter',
    dialect: 'anthropic-messages',
    name: "a cost by Anthropic's API",
    usage: { input_tokens: 10, cache_read_input_tokens: 1000, output_tokens: 40, cost: 0.0123 },
    prices: haiku,
    input: null,
    output: null,
    total: 0.0123,
    source: 'openrouter_credits',
  },
  {
    type: 'vertex',
    dialect: 'anthropic-messages',
    name: 'Claude on Vertex AI, with writes for an hour',
    usage: { input_tokens: 10, cache_read_input_tokens: 5000, ...written(1000, 500), output_tokens: 40 },
    prices: sonnet,
    input: usd([10, 3], [5000, 0.3], [1000, 3.75], [500, 6]),
    output: usd([40, 15]),
  },
  {
    type: 'deepseek',
    dialect: 'anthropic-messages',
    name: "DeepSeek by Anthropic's API",
    usage: { input_tokens: 360, cache_read_input_tokens: 640, output_tokens: 100 },
    prices: { input_per_mtok: 0.27, cached_input_per_mtok: 0.07, output_per_mtok: 1.1 },
    input: usd([360, 0.27], [640, 0.07]),
    output: usd([100, 1.1]),
  },

  bedrock({ name: 'Nova', usage: { inputTokens: 1000, outputTokens: 50, totalTokens: 1050 }, prices: nova, input: usd([1000, 0.8]), output: usd([50, 3.2]) }),
  bedrock({
    name: 'what the cache read and wrote, beside the prompt',
    usage: { inputTokens: 10, outputTokens: 40, totalTokens: 145, cacheReadInputTokens: 90, cacheWriteInputTokens: 5 },
    prices: sonnet,
    input: usd([10, 3], [90, 0.3], [5, 3.75]),
    output: usd([40, 15]),
  }),
  bedrock({
    name: 'writes that are free',
    usage: { inputTokens: 10, outputTokens: 40, totalTokens: 1050, cacheReadInputTokens: 0, cacheWriteInputTokens: 1000 },
    prices: nova,
    input: usd([10, 0.8]),
    output: usd([40, 3.2]),
  }),
  bedrock({
    name: 'writes for an hour',
    usage: {
      inputTokens: 10,
      outputTokens: 40,
      totalTokens: 1550,
      cacheReadInputTokens: 0,
      cacheWriteInputTokens: 1500,
      cacheDetails: [
        { ttl: '5m', inputTokens: 1000 },
        { ttl: '1h', inputTokens: 500 },
      ],
    },
    prices: sonnet,
    input: usd([10, 3], [1000, 3.75], [500, 6]),
    output: usd([40, 15]),
  }),
]
