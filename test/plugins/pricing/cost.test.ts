/** What recorded calls cost: the parts of the rule that rows alone can show. */

import { expect } from 'chai'
import type { PricedCall } from '../../../core/index.ts'
import { costOf } from '../../../plugins/pricing/cost.ts'
import { RateCard } from '../../../plugins/pricing/rate-card.ts'
import type { PriceList } from '../../../plugins/pricing/price-list.ts'

const row = (facts: Partial<PricedCall>): PricedCall => ({
  provider: 'openai',
  provider_name: 'main',
  model: 'm',
  timestamp: Date.parse('2026-03-04T12:00:00Z'),
  endpoint: '/v1/chat/completions',
  input_tokens: 1000,
  output_tokens: 100,
  raw_data: null,
  ...facts,
})
const base: PriceList = { input_per_mtok: 10, output_per_mtok: 20 }
const cost = (facts: Partial<PricedCall>, prices: PriceList = base) => costOf(row(facts), () => new RateCard(prices))
const both = 0.012

interface Case {
  readonly name: string
  readonly row: Partial<PricedCall>
  readonly prices?: PriceList
  readonly input: number | null
  readonly output: number | null
}

const fields: readonly Case[] = [
  {
    name: 'the first of several names of one count',
    row: { raw_data: { prompt_cache_hit_tokens: 500, cached_tokens: 200, prompt_cached_tokens: 900 } },
    prices: { ...base, cached_input_per_mtok: 1 },
    input: (800 * 10 + 200 * 1) / 1e6,
    output: 0.002,
  },
  {
    name: 'what Anthropic read, under the name of others',
    row: { provider: 'anthropic', raw_data: { prompt_cached_tokens: 900 } },
    prices: { ...base, cached_input_per_mtok: 1 },
    input: (1000 * 10 + 900 * 1) / 1e6,
    output: 0.002,
  },
  {
    name: "Anthropic's own name before that of others",
    row: { provider: 'anthropic', raw_data: { prompt_cached_tokens: 900, cache_read_input_tokens: 100 } },
    prices: { ...base, cached_input_per_mtok: 1 },
    input: (1000 * 10 + 100 * 1) / 1e6,
    output: 0.002,
  },
  {
    name: "Gemini's thoughts, in the singular",
    row: { provider: 'gemini', raw_data: { thought_tokens: 60 } },
    prices: { ...base, reasoning_output_per_mtok: 5 },
    input: 0.01,
    output: (40 * 20 + 60 * 5) / 1e6,
  },
  {
    name: "Gemini's cached content",
    row: { provider: 'gemini', raw_data: { cached_content_token_count: 900 } },
    prices: { ...base, cached_input_per_mtok: 1 },
    input: (100 * 10 + 900 * 1) / 1e6,
    output: 0.002,
  },
  {
    name: 'no sound with Groq',
    row: { provider: 'groq', raw_data: { prompt_audio_tokens: 500 } },
    prices: { ...base, audio_input_per_mtok: 100 },
    input: 0.01,
    output: 0.002,
  },
  {
    name: "xAI's images, each",
    row: { provider: 'xai', raw_data: { image_tokens: 3 } },
    prices: { ...base, input_per_image: 0.01 },
    input: 0.04,
    output: 0.002,
  },
  {
    name: 'characters',
    row: { input_tokens: null, output_tokens: null, raw_data: { characters: 1000 } },
    prices: { per_character_input: 0.000015 },
    input: 0.015,
    output: null,
  },
  {
    name: 'seconds both ways',
    row: { input_tokens: null, output_tokens: null, raw_data: { seconds: 60, output_seconds: 8 } },
    prices: { per_second_input: 0.0001, per_second_output: 0.4 },
    input: 0.006,
    output: 3.2,
  },
  {
    name: 'images, where no tokens of them were counted',
    row: { input_tokens: null, output_tokens: null, raw_data: { images: 2 } },
    prices: { ...base, per_image: 0.04 },
    input: null,
    output: 0.08,
  },
  { name: 'no images, where tokens of them were counted', row: { raw_data: { images: 2 } }, prices: { ...base, per_image: 0.04 }, input: 0.01, output: 0.002 },
  { name: 'pages', row: { input_tokens: null, output_tokens: null, raw_data: { pages: 3 } }, prices: { per_page: 0.002 }, input: 0.006, output: null },
  {
    name: 'the call itself',
    row: { endpoint: '/v1/rerank', input_tokens: null, output_tokens: null },
    prices: { per_request: 0.01 },
    input: null,
    output: 0.01,
  },
  {
    name: 'the call that broke off once its answer had begun',
    row: { status: 'error', estimated: true },
    prices: { per_request: 0.01 },
    input: null,
    output: 0.01,
  },
  {
    name: 'no call that failed before there was an answer',
    row: { status: 'error', input_tokens: null, output_tokens: null },
    prices: { ...base, per_request: 0.01 },
    input: null,
    output: null,
  },
  {
    name: 'no call whose client left before there was an answer',
    row: { status: 'aborted', input_tokens: null, output_tokens: null },
    prices: { per_request: 0.01 },
    input: null,
    output: null,
  },
  {
    name: 'no response in the background that is only asked for',
    row: { endpoint: '/v1/responses', input_tokens: null, output_tokens: null },
    prices: { per_request: 0.01 },
    input: null,
    output: null,
  },
  { name: 'a response in the background that is over', row: { endpoint: '/v1/responses' }, prices: { per_request: 0.01 }, input: null, output: 0.01 },
  { name: 'tokens that nobody counted', row: { input_tokens: null, output_tokens: null }, input: null, output: null },
  {
    name: 'tokens of a kind with a price, where the rest has none',
    row: { raw_data: { prompt_audio_tokens: 100 } },
    prices: { audio_input_per_mtok: 40 },
    input: 0.004,
    output: null,
  },
  { name: "Eden AI's own cost", row: { provider: 'edenai', raw_data: { cost: 0.25 } }, input: null, output: null },
]

describe('the cost of a recorded call', () => {
  for (const { name, row: facts, prices, input, output } of fields) {
    it(`counts ${name}`, () => {
      const { input_cost: ofInput, output_cost: ofOutput } = cost(facts, prices)
      if (input === null) expect(ofInput).to.equal(null)
      else expect(ofInput).to.be.closeTo(input, 1e-12)
      if (output === null) expect(ofOutput).to.equal(null)
      else expect(ofOutput).to.be.closeTo(output, 1e-12)
    })
  }

  it('is unknown where there are no prices', () => {
    expect(costOf(row({}), () => undefined)).to.deep.equal({
      input_cost: null,
      output_cost: null,
      total_cost: null,
      cost_source: null,
      costs_calculation_caveat: null,
    })
  })

  for (const [provider, raw, source, total] of [
    ['edenai', { cost: 0.25 }, 'edenai_cost', 0.25],
    ['openrouter', { cost: 0.5 }, 'openrouter_credits', 0.5],
    ['xai', { cost_in_usd_ticks: 10_000_000 }, 'xai_cost_in_usd_ticks', 0.001],
  ] as const) {
    it(`is what ${provider} says`, () => expect(cost({ provider, raw_data: raw })).to.include({ total_cost: total, cost_source: source }))
  }

  for (const said of [-1, Number.NaN, Number.POSITIVE_INFINITY, '1', null]) {
    it(`is not what a provider says, if that is ${String(said)} (${typeof said})`, () => {
      expect(cost({ provider: 'openrouter', raw_data: { cost: said } })).to.deep.include({ total_cost: both, cost_source: 'model_pricing' })
    })
  }

  it('takes the parts that OpenRouter names from a nested member, too', () => {
    expect(
      cost({
        provider: 'openrouter',
        raw_data: { cost: 0.3, cost_details: { upstream_inference_prompt_cost: 0.1, upstream_inference_completions_cost: 0.2000005 } },
      }),
    ).to.include({ input_cost: 0.1, output_cost: 0.2000005, total_cost: 0.3 })
  })

  const caveats = [
    [
      'counts that it does not know, sorted',
      { raw_data: { z_tokens: 1, a_count: 2, hidden: 3, zero_tokens: 0 } },
      base,
      'unmapped token field: a_count; unmapped token field: z_tokens',
    ],
    [
      'nothing of breakdowns',
      {
        raw_data: {
          prompt_text_tokens: 1,
          prompt_image_tokens: 2,
          prompt_cache_miss_tokens: 3,
          completion_accepted_prediction_tokens: 4,
          tool_use_prompt_token_count: 5,
        },
      },
      base,
      null,
    ],
    [
      'sound that was not measured',
      { endpoint: '/v1/audio/transcriptions', input_tokens: null, output_tokens: null },
      { per_second_input: 0.0001 },
      'audio could not be measured',
    ],
    ['estimates', { estimated: true }, base, 'estimated usage'],
    ['nothing of estimates where the call alone has a price', { estimated: true }, { per_request: 1 }, null],
    ['nothing where a price is 0', { raw_data: { prompt_cached_tokens: 5 } }, { ...base, cached_input_per_mtok: 0 }, null],
    ['several things', { estimated: true, raw_data: { odd_tokens: 1 } }, base, 'estimated usage; unmapped token field: odd_tokens'],
  ] as const
  for (const [name, facts, prices, caveat] of caveats) {
    it(`warns of ${name}`, () => expect(cost(facts, prices).costs_calculation_caveat).to.equal(caveat))
  }
})
