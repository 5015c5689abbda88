/** Gemini and Cohere. */

import { usd, type Shape } from './shape.ts'

const pro = {
  input_per_mtok: 1.25,
  output_per_mtok: 10,
  cached_input_per_mtok: 0.125,
  tiers: [
    { up_to_mtok: 0.2, input_per_mtok: 1.25, output_per_mtok: 10, cached_input_per_mtok: 0.125 },
    { input_per_mtok: 2.5, output_per_mtok: 15, cached_input_per_mtok: 0.25 },
  ],
}
const flash = { input_per_mtok: 0.3, output_per_mtok: 2.5, cached_input_per_mtok: 0.03, audio_input_per_mtok: 1 }
const image = { input_per_mtok: 0.3, output_per_mtok: 2.5, output_image_per_mtok: 30 }

const of =
  (type: string, dialect: Shape['dialect']) =>
  (shape: Omit<Shape, 'type' | 'dialect'>): Shape => ({ type, dialect, ...shape })
const gemini = of('gemini', 'gemini')
const cohere = of('cohere', 'cohere')

export const googleShapes: readonly Shape[] = [
  gemini({
    name: 'a prompt and an answer',
    usage: { promptTokenCount: 1000, candidatesTokenCount: 50, totalTokenCount: 1050 },
    prices: pro,
    input: usd([1000, 1.25]),
    output: usd([50, 10]),
  }),
  gemini({
    name: 'thoughts beside the candidates',
    usage: { promptTokenCount: 30, candidatesTokenCount: 12, thoughtsTokenCount: 60, totalTokenCount: 102 },
    prices: pro,
    input: usd([30, 1.25]),
    output: usd([72, 10]),
  }),
  gemini({
    name: 'thoughts with a price of their own',
    usage: { promptTokenCount: 30, candidatesTokenCount: 12, thoughtsTokenCount: 60, totalTokenCount: 102 },
    prices: { ...pro, reasoning_output_per_mtok: 3.5 },
    input: usd([30, 1.25]),
    output: usd([12, 10], [60, 3.5]),
  }),
  gemini({
    name: 'what the cache held, inside the prompt',
    usage: { promptTokenCount: 1000, cachedContentTokenCount: 900, candidatesTokenCount: 50, totalTokenCount: 1050 },
    prices: pro,
    input: usd([100, 1.25], [900, 0.125]),
    output: usd([50, 10]),
  }),
  gemini({
    name: 'what tools put into the prompt',
    usage: { promptTokenCount: 1000, toolUsePromptTokenCount: 500, candidatesTokenCount: 50, totalTokenCount: 1550 },
    prices: pro,
    input: usd([1500, 1.25]),
    output: usd([50, 10]),
  }),
  gemini({
    name: 'sound in the prompt',
    usage: {
      promptTokenCount: 300,
      candidatesTokenCount: 50,
      totalTokenCount: 350,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 100 },
        { modality: 'AUDIO', tokenCount: 200 },
      ],
    },
    prices: flash,
    input: usd([100, 0.3], [200, 1]),
    output: usd([50, 2.5]),
  }),
  gemini({
    name: 'an image in the prompt',
    usage: {
      promptTokenCount: 358,
      candidatesTokenCount: 50,
      totalTokenCount: 408,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 100 },
        { modality: 'IMAGE', tokenCount: 258 },
      ],
    },
    prices: flash,
    input: usd([358, 0.3]),
    output: usd([50, 2.5]),
  }),
  gemini({
    name: 'an image in the answer',
    usage: { promptTokenCount: 20, candidatesTokenCount: 1310, totalTokenCount: 1330, candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1290 }] },
    prices: image,
    input: usd([20, 0.3]),
    output: usd([20, 2.5], [1290, 30]),
  }),
  gemini({
    name: 'a prompt beyond the first tier',
    usage: { promptTokenCount: 200_001, candidatesTokenCount: 50, totalTokenCount: 200_051 },
    prices: pro,
    input: usd([200_001, 2.5]),
    output: usd([50, 15]),
  }),
  gemini({
    name: 'a cache beyond the first tier',
    usage: { promptTokenCount: 250_000, cachedContentTokenCount: 240_000, candidatesTokenCount: 50, totalTokenCount: 250_050 },
    prices: pro,
    input: usd([10_000, 2.5], [240_000, 0.25]),
    output: usd([50, 15]),
  }),
  gemini({
    name: 'a film, whose kind has no price',
    usage: { promptTokenCount: 1000, candidatesTokenCount: 50, totalTokenCount: 1050, promptTokensDetails: [{ modality: 'VIDEO', tokenCount: 900 }] },
    prices: flash,
    input: usd([1000, 0.3]),
    output: usd([50, 2.5]),
    caveat: 'unmapped token field: prompt_video_tokens',
  }),
  {
    type: 'gemini',
    dialect: 'openai-chat',
    name: 'its OpenAI-compatible API',
    usage: { prompt_tokens: 30, completion_tokens: 12, total_tokens: 102, completion_tokens_details: { reasoning_tokens: 60 } },
    prices: pro,
    input: usd([30, 1.25]),
    output: usd([72, 10]),
  },
  {
    type: 'vertex',
    dialect: 'gemini',
    name: 'Vertex AI',
    usage: {
      promptTokenCount: 1000,
      cachedContentTokenCount: 900,
      candidatesTokenCount: 20,
      thoughtsTokenCount: 30,
      totalTokenCount: 1050,
      trafficType: 'ON_DEMAND',
    },
    prices: pro,
    input: usd([100, 1.25], [900, 0.125]),
    output: usd([50, 10]),
  },

  cohere({
    name: 'tokens, not what is billed',
    usage: { billed_units: { input_tokens: 90, output_tokens: 40 }, tokens: { input_tokens: 120, output_tokens: 45 } },
    prices: { input_per_mtok: 2.5, output_per_mtok: 10 },
    input: usd([120, 2.5]),
    output: usd([45, 10]),
  }),
  cohere({
    name: 'what the cache read',
    usage: { tokens: { input_tokens: 120, output_tokens: 45 }, cached_tokens: 100 },
    prices: { input_per_mtok: 2.5, cached_input_per_mtok: 1, output_per_mtok: 10 },
    input: usd([20, 2.5], [100, 1]),
    output: usd([45, 10]),
  }),
]
