/** Fireworks AI. Facts: https://docs.fireworks.ai/api-reference */

import { defineProvider } from '../core/index.ts'
import { compatibleRules } from './shared/compatible.ts'

export default defineProvider({
  name: 'fireworks',
  description: 'Fireworks AI',
  baseUrl: 'https://api.fireworks.ai/inference/v1',
  needs: ['api_key'],
  dialects: ['openai-chat'],
  operations: { chat: 'POST /chat/completions', embeddings: 'POST /embeddings', models: 'GET /models' },
  usageOnRequest: true,
  traits: () => ({ vendor: 'fireworks' }),
  respell: compatibleRules,
})
