/** OpenAI. Facts: https://platform.openai.com/docs/api-reference */

import { defineProvider } from '../core/index.ts'

export default defineProvider({
  name: 'openai',
  description: 'OpenAI',
  baseUrl: 'https://api.openai.com/v1',
  needs: ['api_key'],
  dialects: ['openai-chat', 'openai-responses'],
  operations: {
    chat: 'POST /chat/completions',
    responses: 'POST /responses',
    responses_input_tokens: 'POST /responses/input_tokens',
    responses_compact: 'POST /responses/compact',
    embeddings: 'POST /embeddings',
    speech: 'POST /audio/speech',
    transcriptions: 'POST /audio/transcriptions',
    translations: 'POST /audio/translations',
    images: 'POST /images/generations',
    image_edits: 'POST /images/edits',
    image_variations: 'POST /images/variations',
    moderations: 'POST /moderations',
    models: 'GET /models',
  },
  requestIdHeader: 'X-Client-Request-Id',
  usageOnRequest: true,
})
