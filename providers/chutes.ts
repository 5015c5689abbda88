/** Chutes. Facts: https://chutes.ai/docs */

import { defineProvider } from '../core/index.ts'
import { compatibleRules } from './shared/compatible.ts'

export default defineProvider({
  name: 'chutes',
  description: 'Chutes',
  baseUrl: 'https://llm.chutes.ai/v1',
  needs: ['api_key'],
  dialects: ['openai-chat'],
  operations: { chat: 'POST /chat/completions', models: 'GET /models' },
  usageOnRequest: true,
  traits: () => ({ vendor: 'chutes' }),
  respell: compatibleRules,
})
