/** Moonshot's Kimi by its coding plan. Facts: https://www.kimi.com/code/docs */

import { defineProvider } from '../core/index.ts'
import { kimiRules } from './shared/kimi.ts'

export default defineProvider({
  name: 'kimicode',
  description: 'Moonshot Kimi, coding plan',
  baseUrl: 'https://api.kimi.com/coding/v1',
  needs: ['api_key'],
  dialects: ['openai-chat'],
  operations: { chat: 'POST /chat/completions', models: 'GET /models' },
  usageOnRequest: true,
  traits: () => ({ vendor: 'kimi' }),
  respell: kimiRules,
})
