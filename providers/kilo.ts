/** Kilo. Facts: https://kilo.ai/docs/gateway */

import { defineProvider } from '../core/index.ts'
import { compatibleRules } from './shared/compatible.ts'

export default defineProvider({
  name: 'kilo',
  description: 'Kilo',
  baseUrl: 'https://api.kilo.ai/api/gateway',
  needs: ['api_key'],
  dialects: ['openai-chat'],
  operations: { chat: 'POST /chat/completions', models: 'GET /models' },
  usageOnRequest: true,
  traits: () => ({ vendor: 'kilo' }),
  respell: compatibleRules,
})
