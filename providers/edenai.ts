/** Eden AI. Facts: https://docs.edenai.co/v3 */

import { defineProvider } from '../core/index.ts'
import { compatibleRules } from './shared/compatible.ts'

export default defineProvider({
  name: 'edenai',
  description: 'Eden AI',
  baseUrl: 'https://api.edenai.run/v3',
  needs: ['api_key'],
  dialects: ['openai-chat'],
  operations: { chat: 'POST /chat/completions', models: 'GET /models' },
  usageOnRequest: true,
  traits: () => ({ vendor: 'edenai' }),
  respell: compatibleRules,
})
