/** Meta. Facts: https://llama.developer.meta.com/docs */

import { defineProvider } from '../core/index.ts'
import { compatibleRules } from './shared/compatible.ts'

export default defineProvider({
  name: 'meta',
  description: 'Meta',
  baseUrl: 'https://api.meta.ai/v1',
  needs: ['api_key'],
  dialects: ['openai-chat'],
  operations: { chat: 'POST /chat/completions', models: 'GET /models' },
  usageOnRequest: true,
  traits: () => ({ vendor: 'meta' }),
  respell: compatibleRules,
})
