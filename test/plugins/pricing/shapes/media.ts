/** Images, sound and what else is not counted in tokens alone. */

import { usd, type Shape } from './shape.ts'

const image = { input_per_mtok: 5, input_image_per_mtok: 10, output_per_mtok: 40, per_image: 0.04 }
const transcribe = { input_per_mtok: 2.5, output_per_mtok: 10, audio_input_per_mtok: 6 }
const openai = (shape: Omit<Shape, 'type' | 'dialect'>): Shape => ({ type: 'openai', dialect: 'openai-media', ...shape })

export const mediaShapes: readonly Shape[] = [
  openai({
    name: 'an image that is paid by tokens',
    endpoint: '/v1/images/generations',
    usage: { input_tokens: 50, output_tokens: 4160, total_tokens: 4210, input_tokens_details: { text_tokens: 50, image_tokens: 0 } },
    prices: image,
    input: usd([50, 5]),
    output: usd([4160, 40]),
  }),
  openai({
    name: 'an image that is edited',
    endpoint: '/v1/images/edits',
    usage: { input_tokens: 250, output_tokens: 4160, total_tokens: 4410, input_tokens_details: { text_tokens: 50, image_tokens: 200 } },
    prices: image,
    input: usd([50, 5], [200, 10]),
    output: usd([4160, 40]),
  }),
  openai({
    name: 'a transcription by tokens',
    endpoint: '/v1/audio/transcriptions',
    usage: { type: 'tokens', input_tokens: 214, output_tokens: 45, total_tokens: 259, input_token_details: { text_tokens: 14, audio_tokens: 200 } },
    prices: transcribe,
    input: usd([14, 2.5], [200, 6]),
    output: usd([45, 10]),
  }),
  openai({
    name: 'a transcription by seconds',
    endpoint: '/v1/audio/transcriptions',
    usage: { type: 'duration', seconds: 90 },
    prices: { per_second_input: 0.0001 },
    input: 0.009,
    output: null,
  }),
]
