/** Moonshot's Kimi. Facts: https://platform.moonshot.ai/docs */

import { defineProvider } from '../core/index.ts'
import catalogue from './shared/catalogue.json' with { type: 'json' }
import { kimiRules } from './shared/kimi.ts'

export default defineProvider({
  name: 'kimi',
  description: 'Moonshot Kimi',
  catalogue: catalogue.kimi,
  baseUrl: 'https://api.moonshot.ai/v1',
  needs: ['api_key'],
  dialects: ['openai-chat'],
  operations: { chat: 'POST /chat/completions', models: 'GET /models' },
  usageOnRequest: true,
  traits: () => ({ vendor: 'kimi' }),
  respell: kimiRules,
})
