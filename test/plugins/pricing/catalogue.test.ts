/** The bundled catalogue. */

import { expect } from 'chai'
import { catalogued } from '../../../plugins/pricing/catalogue.ts'
import { periodOf, priceListOf } from '../../../plugins/pricing/catalogue-prices.ts'
import type { PriceList } from '../../../plugins/pricing/price-list.ts'

const now = Date.parse('2026-11-01T12:00:00Z')

function prices(type: string, model: string, at = now): PriceList | undefined {
  const found = catalogued(type, model)
  return found?.during(found.periodAt(at))
}

const known: readonly (readonly [type: string, model: string, prices: PriceList])[] = [
  ['openai', 'gpt-4o', { input_per_mtok: 2.5, cached_input_per_mtok: 1.25, output_per_mtok: 10 }],
  [
    'anthropic',
    'claude-haiku-4-5-20251001',
    { input_per_mtok: 1, output_per_mtok: 5, cached_input_per_mtok: 0.1, cache_write_per_mtok: 1.25, cache_write_1h_per_mtok: 2 },
  ],
  ['gemini', 'models/gemini-2.5-flash', { input_per_mtok: 0.3, output_per_mtok: 2.5, cached_input_per_mtok: 0.03, audio_input_per_mtok: 1 }],
  ['vertex', 'publishers/google/models/gemini-2.5-flash', { input_per_mtok: 0.3, output_per_mtok: 2.5, cached_input_per_mtok: 0.03, audio_input_per_mtok: 1 }],
  ['bedrock', 'amazon.nova-pro-v1:0', { input_per_mtok: 0.8, cached_input_per_mtok: 0.2, output_per_mtok: 3.2 }],
  ['openai', 'whisper-1', { per_second_input: 0.0001 }],
  ['mistral', 'mistral-ocr-2503', { per_page: 0.001 }],
]

describe('the catalogue of prices', () => {
  for (const [type, model, list] of known) {
    it(`knows ${model} of ${type}`, () => expect(prices(type, model)).to.deep.equal(list))
  }

  it('knows prices by the length of the prompt', () => {
    expect(prices('gemini', 'gemini-2.5-pro')?.tiers).to.deep.equal([
      { up_to_tokens: 200_000, input_per_mtok: 1.25, cached_input_per_mtok: 0.125, output_per_mtok: 10 },
      { input_per_mtok: 2.5, cached_input_per_mtok: 0.25, output_per_mtok: 15 },
    ])
  })

  it('knows prices by the hour', () => {
    expect(prices('deepseek', 'deepseek-chat')?.time_windows).to.deep.equal([
      { utc_ranges: [{ start: '00:30:00', end: '16:30:00' }], pricing: { input_per_mtok: 0.27, cached_input_per_mtok: 0.07, output_per_mtok: 1.1 } },
    ])
  })

  it('knows what a model cost before, for calls of that time', () => {
    expect(prices('openai', 'o3', Date.parse('2025-06-09T23:59:59Z'))).to.include({ input_per_mtok: 10, output_per_mtok: 40 })
    expect(prices('openai', 'o3', Date.parse('2025-06-10T00:00:00Z'))).to.include({ input_per_mtok: 2, output_per_mtok: 8 })
  })

  for (const [type, model] of [
    ['openai', 'my-own-model'],
    ['openai-compatible', 'gpt-4o'],
    ['ollama', 'gpt-4o'],
    ['constructor', 'gpt-4o'],
    ['anthropic', ''],
  ] as const) {
    it(`knows nothing of ${JSON.stringify(model)} of ${type}`, () => expect(prices(type, model)).to.equal(undefined))
  }

  it('reads prices that began one after another', () => {
    const list = [
      { prices: { input_mtok: 3 } },
      { constraint: { type: 'start_date', start_date: '2026-01-01' }, prices: { input_mtok: 2 } },
      { constraint: { type: 'start_date', start_date: '2026-06-01' }, prices: { input_mtok: 1 } },
    ] as const
    const at = (time: string) => priceListOf(list, periodOf(list, Date.parse(time)))
    expect([at('2025-12-31T23:59:59Z'), at('2026-01-01T00:00:00Z'), at('2026-05-31T00:00:00Z'), at('2026-06-01T00:00:00Z')]).to.deep.equal(
      [3, 2, 2, 1].map(price => ({ input_per_mtok: price })),
    )
  })
})
