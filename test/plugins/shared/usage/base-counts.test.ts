/** Token counts as they are recorded. */

import { expect } from 'chai'
import { readUsage as anthropic } from '../../../../plugins/dialects/anthropic-messages/usage.ts'
import { usageOf as bedrock } from '../../../../plugins/dialects/bedrock-converse/facts.ts'
import { usageOf as cohere } from '../../../../plugins/dialects/cohere/facts.ts'
import { usageOf as gemini } from '../../../../plugins/dialects/gemini/finish.ts'
import { usageOf as aiSdk } from '../../../../plugins/dialects/ai-sdk/facts.ts'
import { readUsage as chat } from '../../../../plugins/dialects/openai-chat/usage.ts'
import { readUsage as media } from '../../../../plugins/dialects/openai-media/usage.ts'
import { readUsage as responses } from '../../../../plugins/dialects/openai-responses/usage.ts'
import type { Usage } from '../../../../core/index.ts'
import { baseCounts } from '../../../../plugins/shared/usage/base-counts.ts'

type Apart = 'cache' | 'reasoning'

interface Case {
  readonly of: string
  readonly usage: Usage | undefined
  readonly apart?: readonly Apart[]
  readonly is: readonly [input: number | null, output: number | null, total: number | null, rawData: object | null]
}

const claude = { input_tokens: 10, cache_read_input_tokens: 90, cache_creation_input_tokens: 5, output_tokens: 40 }
const chatDetails = { prompt_tokens_details: { cached_tokens: 90, cache_write_tokens: 5 }, completion_tokens_details: { reasoning_tokens: 22 } }

const cases: readonly Case[] = [
  {
    of: 'OpenAI, with what its cache read inside',
    usage: chat({ prompt_tokens: 105, completion_tokens: 40, total_tokens: 145, ...chatDetails }),
    is: [105, 40, 145, { prompt_cached_tokens: 90, prompt_cache_write_tokens: 5, completion_reasoning_tokens: 22 }],
  },
  {
    of: 'Responses, with the names of chat',
    usage: responses({
      input_tokens: 105,
      output_tokens: 40,
      total_tokens: 145,
      input_tokens_details: { cached_tokens: 90 },
      output_tokens_details: { reasoning_tokens: 22 },
    }),
    is: [105, 40, 145, { prompt_cached_tokens: 90, completion_reasoning_tokens: 22 }],
  },
  {
    of: 'Anthropic, with what its cache did beside',
    usage: anthropic(claude),
    is: [10, 40, 50, { cache_read_input_tokens: 90, cache_creation_input_tokens: 5 }],
  },
  {
    of: 'Anthropic, by how long the cache keeps',
    usage: anthropic({
      ...claude,
      cache_creation: { ephemeral_5m_input_tokens: 2, ephemeral_1h_input_tokens: 3 },
      service_tier: 'standard',
      server_tool_use: { web_search_requests: 1 },
    }),
    is: [
      10,
      40,
      50,
      {
        cache_read_input_tokens: 90,
        cache_creation_input_tokens: 5,
        cache_creation_ephemeral_5m_input_tokens: 2,
        cache_creation_ephemeral_1h_input_tokens: 3,
        server_tool_use_web_search_requests: 1,
      },
    ],
  },
  {
    of: 'Anthropic, spelled by another API',
    usage: chat({ prompt_tokens: 105, completion_tokens: 40, total_tokens: 145, ...chatDetails }),
    apart: ['cache'],
    is: [10, 40, 145, { cache_read_input_tokens: 90, cache_creation_input_tokens: 5, completion_reasoning_tokens: 22 }],
  },
  {
    of: 'Bedrock',
    usage: bedrock({
      inputTokens: 10,
      cacheReadInputTokens: 90,
      cacheWriteInputTokens: 5,
      cacheDetails: [{ ttl: '1h', inputTokens: 5 }],
      outputTokens: 40,
      totalTokens: 145,
    }),
    apart: ['cache'],
    is: [10, 40, 145, { cache_read_input_tokens: 90, cache_write_input_tokens: 5, cache_write_1h_input_tokens: 5 }],
  },
  {
    of: 'Gemini, with its thoughts inside',
    usage: gemini({
      promptTokenCount: 100,
      toolUsePromptTokenCount: 5,
      cachedContentTokenCount: 90,
      candidatesTokenCount: 18,
      thoughtsTokenCount: 22,
      totalTokenCount: 145,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 70 },
        { modality: 'AUDIO', tokenCount: 30 },
      ],
    }),
    is: [
      105,
      40,
      145,
      { tool_use_prompt_token_count: 5, cached_content_token_count: 90, thoughts_token_count: 22, prompt_text_tokens: 70, prompt_audio_tokens: 30 },
    ],
  },
  {
    of: 'xAI, with its reasoning beside',
    usage: chat({ prompt_tokens: 105, completion_tokens: 18, total_tokens: 145, completion_tokens_details: { reasoning_tokens: 22 }, cost_in_usd_ticks: 12 }),
    apart: ['reasoning'],
    is: [105, 18, 145, { completion_reasoning_tokens: 22, cost_in_usd_ticks: 12 }],
  },
  {
    of: 'xAI by its Responses',
    usage: responses({ input_tokens: 32, output_tokens: 9, total_tokens: 151, output_tokens_details: { reasoning_tokens: 110 } }),
    apart: ['reasoning'],
    is: [32, 9, 151, { completion_reasoning_tokens: 110 }],
  },
  {
    of: 'OpenRouter, with its cost',
    usage: chat({
      prompt_tokens: 3,
      completion_tokens: 4,
      total_tokens: 7,
      cost: 0.012,
      cost_details: { upstream_inference_cost: null, upstream_inference_prompt_cost: 0.004 },
    }),
    is: [3, 4, 7, { cost: 0.012, cost_details_upstream_inference_prompt_cost: 0.004 }],
  },
  { of: 'Eden AI, whose cost stands beside', usage: chat({ prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 }, 0.5), is: [3, 4, 7, { cost: 0.5 }] },
  {
    of: 'DeepSeek',
    usage: chat({ prompt_tokens: 100, completion_tokens: 4, total_tokens: 104, prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 36 }),
    is: [100, 4, 104, { prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 36 }],
  },
  {
    of: 'Groq, with its times',
    usage: chat({ prompt_tokens: 10, completion_tokens: 4, total_tokens: 14, queue_time: 0.25 }),
    is: [10, 4, 14, { queue_time: 0.25 }],
  },
  {
    of: 'a proxy that names both kinds',
    usage: chat({ prompt_tokens: 105, completion_tokens: 4, total_tokens: 109, prompt_tokens_details: { cached_tokens: 90 }, cache_read_input_tokens: 90 }),
    is: [105, 4, 109, { prompt_cached_tokens: 90 }],
  },
  {
    of: 'Cohere',
    usage: cohere({ tokens: { input_tokens: 105, output_tokens: 40 }, billed_units: { input_tokens: 100, output_tokens: 40 }, cached_tokens: 90 }),
    is: [105, 40, 145, { billed_units_input_tokens: 100, billed_units_output_tokens: 40, cached_tokens: 90 }],
  },
  {
    of: 'a package of the AI SDK',
    usage: aiSdk({ inputTokens: { total: 105, noCache: 10, cacheRead: 90, cacheWrite: 5 }, outputTokens: { total: 40, reasoning: 22 } }),
    is: [105, 40, 145, { prompt_cached_tokens: 90, prompt_cache_write_tokens: 5, completion_reasoning_tokens: 22 }],
  },
  {
    of: 'a package of the AI SDK, with the words of the provider',
    usage: aiSdk({ inputTokens: { total: 105, cacheRead: 90, cacheWrite: 5 }, outputTokens: { total: 40 }, raw: claude }),
    is: [10, 40, 50, { cache_read_input_tokens: 90, cache_creation_input_tokens: 5 }],
  },
  { of: 'a transcription by seconds', usage: media({ type: 'duration', seconds: 12.5 }), is: [null, null, null, { seconds: 12.5 }] },
  {
    of: 'images',
    usage: media({ input_tokens: 50, output_tokens: 4160, total_tokens: 4210, input_tokens_details: { text_tokens: 10, image_tokens: 40 } }),
    is: [50, 4160, 4210, { prompt_text_tokens: 10, prompt_image_tokens: 40 }],
  },
  {
    of: 'nobody but the gateway',
    usage: { inputTokens: 105, cachedTokens: 90, outputTokens: 40, reasoningTokens: 22 },
    is: [105, 40, 145, { prompt_cached_tokens: 90, completion_reasoning_tokens: 22 }],
  },
  {
    of: 'nobody but the gateway, for a provider that counts apart',
    usage: { inputTokens: 105, cachedTokens: 90, cacheWriteTokens: 5, cacheWrite1hTokens: 5, outputTokens: 40 },
    apart: ['cache'],
    is: [10, 40, 50, { cache_read_input_tokens: 90, cache_creation_input_tokens: 5, cache_creation_ephemeral_1h_input_tokens: 5 }],
  },
  {
    of: 'a provider that counts below nothing, which is no count',
    usage: chat({ prompt_tokens: -3, completion_tokens: 4, total_tokens: -100_000 }),
    is: [null, 4, 4, null],
  },
  {
    of: 'a provider with members of names that objects have',
    usage: chat(JSON.parse('{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7,"__proto__":{"a":1},"constructor":{"b":2}}')),
    is: [3, 4, 7, { __proto___a: 1, constructor_b: 2 }],
  },
  { of: 'a reply without counts', usage: {}, is: [null, null, null, null] },
]

describe('the base counts of a call', () => {
  for (const {
    of,
    usage,
    apart = [],
    is: [input_tokens, output_tokens, total_tokens, raw_data],
  } of cases) {
    it(`are those of ${of}`, () => {
      expect(baseCounts(usage ?? {}, { countsApart: apart })).to.deep.equal({ input_tokens, output_tokens, total_tokens, raw_data })
    })
  }
})
