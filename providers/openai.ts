/** OpenAI. Facts: https://platform.openai.com/docs/api-reference */

import { defineProvider } from '../core/index.ts'

export default defineProvider({
  name: 'openai',
  description: 'OpenAI',
  baseUrl: 'https://api.openai.com/v1',
  needs: ['api_key'],
  dialects: ['openai-chat'],
  operations: {
    chat: 'POST /chat/completions',
    embeddings: 'POST /embeddings',
    models: 'GET /models',
  },
  requestIdHeader: 'X-Client-Request-Id',
  usageOnRequest: true,
})
