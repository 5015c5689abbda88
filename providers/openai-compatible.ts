/** Any server that speaks OpenAI's chat completions: what it is and where, the configuration says. */

import { defineProvider } from '../core/index.ts'

export default defineProvider({
  name: 'openai-compatible',
  description: 'A server with an OpenAI-compatible API',
  needs: ['base_url'],
  dialects: ['openai-chat'],
  operations: {
    chat: 'POST /chat/completions',
    embeddings: 'POST /embeddings',
    models: 'GET /models',
  },
  usageOnRequest: true,
})
